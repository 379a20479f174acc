import { type IVpc, Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { CfnServerlessCache } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface CircuitsCacheProps {
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  /** Of the functions: the only ones that reach the cache. */
  readonly clients: SecurityGroup;
  readonly encryptionKey?: IKey;
}

/**
 * Circuits in ElastiCache Serverless for Valkey, which speaks TLS alone. Who may connect is the
 * security groups' to say: its default user has no password, so none has to be kept or rotated.
 */
export class CircuitsCache extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: CircuitsCacheProps) {
    super(scope, id);
    const { vpc, vpcSubnets, clients, encryptionKey } = props;

    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'The cache of the circuits of Holdfast',
      allowAllOutbound: false,
    });
    const port = Port.tcp(6379);
    securityGroup.addIngressRule(clients, port, 'Functions of Holdfast');
    clients.addEgressRule(securityGroup, port, 'Circuits');

    const cache = new CfnServerlessCache(this, 'Cache', {
      engine: 'valkey',
      majorEngineVersion: '8',
      // It has to have one, of lower case letters, digits and dashes.
      serverlessCacheName: Names.uniqueResourceName(this, {
        separator: '-',
        maxLength: 40,
      }).toLowerCase(),
      description: 'Circuits of Holdfast',
      securityGroupIds: [securityGroup.securityGroupId],
      subnetIds: vpc.selectSubnets(vpcSubnets).subnetIds,
      kmsKeyId: encryptionKey?.keyArn,
    });
    // A serverless cache is always in cluster mode.
    this.url = `rediss://${cache.attrEndpointAddress}:${cache.attrEndpointPort}?cluster=true`;
  }
}
