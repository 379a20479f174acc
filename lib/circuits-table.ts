import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { CIRCUITS_TABLE } from '../lambda/contract/keys.ts';
import type { DataProtection } from './data-protection.ts';

/** The breaker's shared memory: a control item for each target, and its window's counters. */
export class CircuitsTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: DataProtection) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: CIRCUITS_TABLE.partitionKey, type: AttributeType.STRING },
      sortKey: { name: CIRCUITS_TABLE.sortKey, type: AttributeType.STRING },
      // Writes follow the traffic, and a storm of failures is when they must not be refused.
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: CIRCUITS_TABLE.timeToLive,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.pointInTimeRecovery },
      encryption: props.encryptionKey
        ? TableEncryption.CUSTOMER_MANAGED
        : TableEncryption.AWS_MANAGED,
      encryptionKey: props.encryptionKey,
      removalPolicy: props.removalPolicy,
    });
  }

  /** See the state of all circuits. */
  grantRead(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['GetItem']);
  }

  /** Ask for permits and report outcomes. */
  grantUse(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['GetItem', 'PutItem', 'UpdateItem', 'Query']);
  }

  /** Override circuits, take part in their recovery, enable targets; what was counted stays as it is. */
  grantOperate(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['GetItem', 'PutItem']);
  }

  /** Note what is known of the models' ends: no circuit can be touched. */
  grantNoteLifecycles(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      resourceArns: [this.table.tableArn],
      conditions: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [CIRCUITS_TABLE.notesKey] },
      },
    });
  }

  #grant(grantee: IGrantable, verbs: readonly string[]): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: verbs.map((verb) => `dynamodb:${verb}`),
      resourceArns: [this.table.tableArn],
    });
  }
}
