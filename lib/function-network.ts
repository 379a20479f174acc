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
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection;
}

/** Where the functions of an instance run in a VPC, and whom they may call from there. */
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
