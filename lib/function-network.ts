import {
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

/** The subnets of the functions in a VPC, and a security group that allows only outgoing HTTPS. */
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
}
