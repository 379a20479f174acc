import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import { JOBS_TABLE } from '../lambda/contract/keys.ts';
import { skipChecks } from './checkov.ts';
import type { DataProtection } from './data-protection.ts';
import type { FunctionEnvironment } from './holdfast-function.ts';

/** The table with one row for each job. The row holds the job's state; the queue only triggers work. */
export class JobsTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: DataProtection) {
    super(scope, id);
    const { byTenant, due } = JOBS_TABLE;

    this.table = new Table(this, 'Table', {
      partitionKey: { name: JOBS_TABLE.partitionKey, type: AttributeType.STRING },
      // The load comes in bursts: after an outage, a backlog of hours drains in minutes.
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: JOBS_TABLE.timeToLive,
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

    this.table.addGlobalSecondaryIndex({
      indexName: byTenant.name,
      partitionKey: { name: byTenant.partitionKey, type: AttributeType.STRING },
      sortKey: { name: byTenant.sortKey, type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...byTenant.include],
    });
    this.table.addGlobalSecondaryIndex({
      indexName: due.name,
      partitionKey: { name: due.partitionKey, type: AttributeType.NUMBER },
      sortKey: { name: due.sortKey, type: AttributeType.NUMBER },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...due.include],
    });
  }

  get environment(): FunctionEnvironment {
    return { [ENV.jobsTable]: this.table.tableName };
  }

  /** Grants reading a job. */
  grantRead(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['GetItem']);
  }

  /** Grants accepting, reading and cancelling jobs, and listing the jobs of a tenant. */
  grantAccept(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['GetItem', 'PutItem', 'UpdateItem']).combine(
      this.grantList(grantee),
    );
  }

  /** Grants listing the jobs of a tenant. */
  grantList(grantee: IGrantable): Grant {
    return this.#grantQuery(grantee, JOBS_TABLE.byTenant.name);
  }

  /** Grants claiming, renewing, deferring and finishing jobs. */
  grantWork(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['GetItem', 'UpdateItem']);
  }

  /** Grants finding the jobs that are due and updating them. */
  grantSweep(grantee: IGrantable): Grant {
    return this.#grant(grantee, ['GetItem', 'UpdateItem']).combine(
      this.#grantQuery(grantee, JOBS_TABLE.due.name),
    );
  }

  #grantQuery(grantee: IGrantable, index: string): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:Query'],
      resourceArns: [`${this.table.tableArn}/index/${index}`],
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
