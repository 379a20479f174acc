import { type IVpc, Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { CfnServerlessCache } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface CircuitsCacheProps {
  /** The VPC of the cache. */
  readonly vpc: IVpc;
  /**
   * The subnets of the cache.
   * @default private subnets
   */
  readonly vpcSubnets?: SubnetSelection;
  /** The security group of the functions. Nothing else can reach the cache. */
  readonly clients: SecurityGroup;
  /**
   * The key that encrypts the cache.
   * @default a key that AWS manages
   */
  readonly encryptionKey?: IKey;
}

/** A serverless cache listens on the second port for its readers. */
const PORTS = [Port.tcp(6379), Port.tcp(6380)];

/**
 * An ElastiCache Serverless cache for Valkey that stores the circuits. It accepts only TLS, and the
 * security groups control access. The default user has no password, so there is none to rotate.
 */
export class CircuitsCache extends Construct {
  /** The address for `breaker.redisUrl`. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: CircuitsCacheProps) {
    super(scope, id);
    const { vpc, vpcSubnets, clients, encryptionKey } = props;

    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'The cache of the circuits of Holdfast',
      allowAllOutbound: false,
    });
    for (const port of PORTS) {
      securityGroup.addIngressRule(clients, port, 'Functions of Holdfast');
      clients.addEgressRule(securityGroup, port, 'Circuits');
    }

    const cache = new CfnServerlessCache(this, 'Cache', {
      engine: 'valkey',
      majorEngineVersion: '8',
      // A name is required, and it may hold only lower-case letters, digits and dashes.
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
