import { describe, expect, test } from '@jest/globals';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { propertiesOf, resourcesOf } from '../support/template.ts';

describe('the worker', () => {
  const template = aTemplate({
    settings: oneTargetSettings({
      breaker: { firstTokenSeconds: 5, stallSeconds: 5 },
      jobs: { answerSeconds: 50, batchSize: 4, workerConcurrency: 3 },
    }),
  });

  test('takes as many messages at once as the settings allow', () => {
    expect(resourcesOf(template, 'AWS::Lambda::EventSourceMapping')).toEqual([
      {
        id: expect.stringMatching(/^WorkerFunctionHandler/),
        properties: {
          EventSourceArn: '{Queue.Arn}',
          FunctionName: '{WorkerFunctionHandler}',
          BatchSize: 4,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: 3 },
        },
      },
    ]);
  });

  test('has time for the longest answer, for calls that fail before it, and for the writes', () => {
    const worker = propertiesOf(template, 'AWS::Lambda::Function', 'WorkerFunctionHandler');

    expect(worker.Timeout).toBe(100);
  });

  test('alone may cause its own invocations without end, because jobs wait in its queue', () => {
    const loops = resourcesOf(template, 'AWS::Lambda::Function').map(({ id, properties }) => [
      id,
      properties.RecursiveLoop,
    ]);

    expect(loops.filter(([, loop]) => loop !== undefined)).toEqual([
      ['WorkerFunctionHandler', 'Allow'],
    ]);
  });

  test('gets the names of all its resources', () => {
    const { Environment } = propertiesOf(
      template,
      'AWS::Lambda::Function',
      'WorkerFunctionHandler',
    );

    expect(Environment).toMatchObject({
      Variables: {
        JOBS_TABLE: '{JobsTable}',
        CIRCUITS_TABLE: '{CircuitsTable}',
        RESULTS_BUCKET: '{ResultsBucket}',
        JOBS_QUEUE_URL: '{Queue}',
        DEAD_LETTER_QUEUE_URL: '{QueueDeadLetters}',
        EVENT_BUS: '{EventsBus}',
        SETTINGS_PARAMETER: '{SettingsParameter}',
      },
    });
  });
});
