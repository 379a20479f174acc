"""
Starts MiniStack 1.5.33 with three corrections, so that it behaves as AWS does where Holdfast needs it.

- MiniStack checks API keys, but does not pass the key's id to the function. API Gateway does, in
  `requestContext.identity.apiKeyId`, and Holdfast derives the tenant from it.
- MiniStack checks batch calls against an action such as `sqs:DeleteMessageBatch`. AWS checks them
  against the action of the single call (Amazon SQS developer guide, "API permissions: actions and
  resource reference").
- MiniStack checks `logs:PutLogEvents` against the log group. AWS checks it against the log stream
  (service authorization reference, "Actions defined by Amazon CloudWatch Logs").
"""

import json
import re

from ministack.app import main
from ministack.core import iam_actions
from ministack.services import apigateway_v1 as gateway

build_event = gateway._build_lambda_event_v1
extract_action = iam_actions.extract_iam_action
extract_resource = iam_actions.extract_resource_arn


def event_with_key_id(api_id, stage_name, stage, resource, path, method, headers, *rest, **options):
    event = build_event(
        api_id, stage_name, stage, resource, path, method, headers, *rest, **options
    )
    key = gateway._resolve_api_key(gateway._api_key_from_request(headers))
    if key:
        event["requestContext"]["identity"]["apiKeyId"] = key["id"]
    return event


def action_of_single_call(*request, **options):
    action = extract_action(*request, **options)
    return action and re.sub(r"^(sqs:\w+)Batch$", r"\1", action)


def resource_with_log_stream(service, method, path, headers, body, *rest, **options):
    resource = extract_resource(service, method, path, headers, body, *rest, **options)
    stream = json.loads(body).get("logStreamName") if service == "logs" and body else None
    return f"{resource}:log-stream:{stream}" if stream else resource


gateway._build_lambda_event_v1 = event_with_key_id
iam_actions.extract_resource_arn = resource_with_log_stream
iam_actions.extract_iam_action = action_of_single_call
main()
