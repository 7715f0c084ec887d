import { flag, object, setList, text } from './schema/fields.ts'
import { duration } from './schema/formats.ts'

/** What the SDKs of OpenAI, Anthropic and Google send from a browser, and what is Fairlead's own. */
const corsAllowHeaders = [
  'authorization',
  'content-type',
  'x-api-key',
  'x-goog-api-key',
  'x-goog-api-client',
  'api-key',
  'anthropic-*',
  'openai-*',
  'x-stainless-*',
  'x-fairlead-*',
  'x-request-id',
  'idempotency-key',
  'traceparent',
  'tracestate',
]

/** What an answer says beside its body. */
const corsExposeHeaders = [
  'x-fairlead-*',
  'x-request-id',
  'request-id',
  'retry-after',
  'x-ratelimit-*',
  'anthropic-ratelimit-*',
]

const headerPattern = text('A name, or its beginning followed by *.', {
  min: 1,
  max: 256,
  pattern: "^[A-Za-z0-9!#$%&'+.^_|~-]+\\*?$",
})

/** `LLMGateway.spec.cors`. */
export const cors = object(
  'Which pages of other origins may call the gateway from a browser (CORS). Without it, none may.',
  {
    allowOrigins: setList(
      'Origins of the pages: exact, such as https://chat.example.com; with https://*.example.com all names below example.com; or * alone for every origin.',
      text('An origin.', {
        min: 1,
        max: 512,
        pattern: '^(\\*|[a-z][-+.a-z0-9]*://(\\*\\.)?[-.a-z0-9\\[\\]:]+)$',
      }),
      { min: 1, max: 64 },
    ),
    allowHeaders: setList(
      `Headers that the pages may send: names, or beginnings of names followed by *. Defaults to what the usual SDKs send: ${corsAllowHeaders.join(', ')}.`,
      headerPattern,
      { max: 64, default: corsAllowHeaders },
    ),
    exposeHeaders: setList(
      `Headers of answers that the pages may read: names, or beginnings of names followed by *. Defaults to ${corsExposeHeaders.join(', ')}.`,
      headerPattern,
      { max: 64, default: corsExposeHeaders },
    ),
    maxAge: duration(
      'How long a browser may remember what it was told before a call. Defaults to 10m.',
      { default: '10m' },
    ),
    allowCredentials: flag(
      "Whether a browser sends what it holds for the gateway's origin, such as cookies or client certificates. Keys in headers do not need it. Defaults to false.",
      { default: false },
    ),
  },
  {
    rules: [
      {
        rule: "!self.allowCredentials || !self.allowOrigins.exists(origin, origin == '*')",
        message: 'allowCredentials does not go with the origin *: name the origins',
      },
    ],
  },
)
