import {
  type ISecurityGroup,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export interface FunctionNetworkProps {
  /** The VPC in which the functions run. */
  readonly vpc: IVpc;
  /**
   * The subnets in which the functions run.
   * @default private subnets with a route to the internet
   */
  readonly vpcSubnets?: SubnetSelection;
}

/** The port of a Redis server whose address names none. */
const REDIS_PORT = 6379;

/** The subnets of the functions in a VPC, and a security group that allows outgoing HTTPS. */
export class FunctionNetwork extends Construct {
  readonly placement: Required<FunctionNetworkProps>;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: FunctionNetworkProps) {
    super(scope, id);
    const { vpc, vpcSubnets = { subnetType: SubnetType.PRIVATE_WITH_EGRESS } } = props;
    this.placement = { vpc, vpcSubnets };

    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'The functions of Holdfast',
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'APIs of AWS');
  }

  /**
   * Opens the port of a Redis server: towards its security group, which then also lets the functions
   * in, or else towards any address, because only the user knows where the server is.
   */
  allowRedis(url: string, server?: ISecurityGroup): void {
    const port = Port.tcp(Number(new URL(url).port || REDIS_PORT));
    this.securityGroup.addEgressRule(server ?? Peer.anyIpv4(), port, 'Circuits');
    server?.addIngressRule(this.securityGroup, port, 'Functions of Holdfast');
  }
}
