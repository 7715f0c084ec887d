import { Type } from 'typebox'
import { choice, flag, mapList, number, object, text } from './schema/fields.ts'
import { httpURL } from './schema/formats.ts'
import { secretReference } from './schema/references.ts'

const otlp = object('Where spans are sent, by OTLP over HTTP in JSON.', {
  endpoint: httpURL(
    'Base URL of the collector, such as http://collector.observability:4318; /v1/traces is appended. Its address is checked as that of a provider is.',
  ),
  headers: mapList(
    'Headers to send with the spans, such as a key. Without the value of one, nothing is sent. Defaults to none.',
    ['name'],
    object('A header.', {
      name: text('Name of the header.', {
        min: 1,
        max: 256,
        pattern: "^[A-Za-z0-9!#$%&'*+.^_|~-]+$",
      }),
      secretRef: secretReference('Secret that holds the value of the header.', {
        defaultKey: 'value',
      }),
    }),
    { max: 16, default: [] },
  ),
})

const traces = object(
  'Spans of calls: one for each call, and one for each attempt at a provider.',
  {
    otlp: Type.Optional(otlp),
    samplePercent: Type.Optional(
      number(
        "Share of the calls that are recorded, in percent, of those whose caller's traceparent does not decide. Without it, the variables OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG decide, and without these all are.",
        { min: 0, max: 100 },
      ),
    ),
    content: flag(
      'Whether spans hold the messages themselves, at most 16 KiB of each direction. Defaults to false.',
      { default: false },
    ),
  },
  { default: {} },
)

/** `LLMGateway.spec.telemetry`. */
export const telemetry = object(
  'What is told of calls beside logs and metrics.',
  {
    semconv: choice(
      "Version of OpenTelemetry's GenAI conventions that names the attributes of spans: V1_36 is for tools that know gen_ai.system; Latest has gen_ai.provider.name and more. Defaults to Latest.",
      ['Latest', 'V1_36'],
      { default: 'Latest' },
    ),
    traces,
  },
  {
    default: {},
    rules: [
      {
        rule: "self.semconv == 'Latest' || !self.traces.content",
        message:
          'traces.content needs semconv Latest: earlier conventions have no attributes for it',
      },
    ],
  },
)
