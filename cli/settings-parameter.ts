import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import {
  GetParameterCommand,
  GetParameterHistoryCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { explainFailure, failureKind } from '../console/server/failure.ts';
import type { Credentials } from '../console/server/signed-fetch.ts';
import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';

/** The parameter that holds the settings. The texts are JSON. */
export interface SettingsParameter {
  readonly name: string;
  read(): Promise<string>;
  /**
   * Returns the settings with which the functions were deployed: they limit what an edit may change.
   * Returns undefined if they cannot be read.
   */
  deployed(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

export interface AwsOptions {
  readonly region: string;
  readonly credentials: Credentials | (() => Promise<Credentials>);
  /** @default the endpoints of AWS */
  readonly endpoint?: string;
}

type DeployedReader = (
  ssm: SSMClient,
  name: string,
  options: AwsOptions,
) => Promise<string | undefined>;

export function openParameter(
  options: AwsOptions,
  name: string,
  readDeployed: DeployedReader,
): SettingsParameter {
  const ssm = new SSMClient(options);
  return {
    name,
    read: async () => {
      const { Parameter } = await explained('ssm:GetParameter', () =>
        ssm.send(new GetParameterCommand({ Name: name })),
      );
      return Parameter?.Value ?? '';
    },
    deployed: () => readDeployed(ssm, name, options).catch(() => undefined),
    write: async (Value) => {
      // This tier keeps a parameter of the advanced tier there, and a small one where it is.
      const Tier = 'Intelligent-Tiering';
      await explained('ssm:PutParameter', () =>
        ssm.send(new PutParameterCommand({ Name: name, Value, Overwrite: true, Tier })),
      );
    },
  };
}

/** Reads the first version of the parameter. The embedded run deploys once. */
export const firstVersion: DeployedReader = async (ssm, Name) => {
  const { Parameters } = await ssm.send(new GetParameterHistoryCommand({ Name }));
  return Parameters?.find(({ Version }) => Version === 1)?.Value;
};

/**
 * Reads the value of the parameter in the stack's template. It is no text if the template gets a part of
 * it from CloudFormation.
 */
export function deployedSettings(StackName: string): DeployedReader {
  return async (_ssm, _name, options) => {
    const client = new CloudFormationClient(options);
    const { TemplateBody = '{}' } = await client.send(new GetTemplateCommand({ StackName }));
    const { Resources = {}, Outputs = {} }: Template = JSON.parse(TemplateBody);
    const id = Outputs.SettingsParameterName?.Value?.Ref ?? '';
    const value = Resources[id]?.Properties?.Value;
    return typeof value === 'string' ? value : undefined;
  };
}

interface Template {
  readonly Resources?: Readonly<
    Record<string, { readonly Properties?: { readonly Value?: unknown } }>
  >;
  readonly Outputs?: Readonly<Record<string, { readonly Value?: { readonly Ref?: string } }>>;
}

async function explained<Value>(action: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error: unknown) {
    if (error instanceof Error && error.name === 'ParameterNotFound') {
      throw new CommandError(EXIT.notFound, 'The parameter with the settings does not exist');
    }
    if (error instanceof Error && error.name === 'ValidationException') {
      throw new CommandError(EXIT.rejected, `SSM refuses the settings: ${error.message}`);
    }
    const exit = failureKind(error) === 'refused' ? EXIT.refused : EXIT.unreachable;
    throw new CommandError(exit, explainFailure(error, action));
  }
}
