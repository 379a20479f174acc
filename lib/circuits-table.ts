import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import { CIRCUITS_TABLE } from '../lambda/contract/keys.ts';
import { skipChecks } from './checkov.ts';
import type { DataProtection } from './data-protection.ts';
import type { FunctionEnvironment } from './holdfast-function.ts';

export interface CircuitsTableProps extends DataProtection {
  /**
   * The secret with the password of the Redis server that stores the circuits in place of the table.
   * @default none
   */
  readonly secret?: ISecret;
}

/** The table of shared circuits: a control item for each target, and the counters of its window. */
export class CircuitsTable extends Construct {
  readonly table: Table;
  readonly #secret: ISecret | undefined;

  constructor(scope: Construct, id: string, props: CircuitsTableProps) {
    super(scope, id);
    this.#secret = props.secret;
    this.table = new Table(this, 'Table', {
      partitionKey: { name: CIRCUITS_TABLE.partitionKey, type: AttributeType.STRING },
      sortKey: { name: CIRCUITS_TABLE.sortKey, type: AttributeType.STRING },
      // Writes follow the traffic, and they must not be throttled while many calls fail.
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: CIRCUITS_TABLE.timeToLive,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.pointInTimeRecovery },
      encryption: props.encryptionKey
        ? TableEncryption.CUSTOMER_MANAGED
        : TableEncryption.AWS_MANAGED,
      encryptionKey: props.encryptionKey,
      removalPolicy: props.removalPolicy,
    });
    skipChecks(this.table, {
      CKV_AWS_119: 'Encrypted with the key of AWS, or with the key of the prop encryptionKey',
    });
  }

  get environment(): FunctionEnvironment {
    return { [ENV.circuitsTable]: this.table.tableName };
  }

  /** Grants reading the state of all circuits. */
  grantRead(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['GetItem']);
  }

  /** Grants reading the recent calls of all circuits, which the health shows. */
  grantReadCalls(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['Query']);
  }

  /** Grants asking for permits and recording outcomes. */
  grantUse(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['GetItem', 'PutItem', 'UpdateItem', 'Query']);
  }

  /** Grants overriding circuits, probing them and enabling targets, but not changing counters. */
  grantOperate(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['GetItem', 'PutItem']);
  }

  /** Grants reading and writing the notes about the targets, but no circuit. */
  grantNotes(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      resourceArns: [this.table.tableArn],
      conditions: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [CIRCUITS_TABLE.notesKey] },
      },
    });
  }

  /** Grants adding tenants to their registry, but no other write. */
  grantAddTenants(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:PutItem'],
      resourceArns: [this.table.tableArn],
      conditions: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [CIRCUITS_TABLE.tenantsKey] },
      },
    });
  }

  /** Every function that uses the circuits also needs the password of their server. */
  #grant(grantee: IGrantable, verbs: readonly string[]): Grant {
    if (this.#secret) grantReadSecret(this.#secret, grantee);
    return Grant.addToPrincipal({
      grantee,
      actions: verbs.map((verb) => `dynamodb:${verb}`),
      resourceArns: [this.table.tableArn],
    });
  }
}

/**
 * Grants reading the secret, and its own key, if it has one. CDK's `grantRead` also grants an action
 * that no function calls.
 */
function grantReadSecret(secret: ISecret, grantee: IGrantable): void {
  Grant.addToPrincipal({
    grantee,
    actions: ['secretsmanager:GetSecretValue'],
    resourceArns: [secret.secretFullArn ?? secret.secretArn],
  });
  if (!secret.encryptionKey) return;
  const { region, urlSuffix } = Stack.of(secret);
  Grant.addToPrincipal({
    grantee,
    actions: ['kms:Decrypt'],
    resourceArns: [secret.encryptionKey.keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` },
    },
  });
}
