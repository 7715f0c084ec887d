import { duration } from './formats.ts'
import { integer, object } from './fields.ts'

/** `spec.limits` of an LLMGateway. */
export const gatewayLimits = object(
  'Limits that protect the gateway.',
  {
    maxRequestBytes: integer('Maximum size of a request body in bytes. Defaults to 10 MiB.', {
      min: 1024,
      max: 1_073_741_824,
      default: 10_485_760,
    }),
    maxBufferedBytes: integer(
      'Maximum total size of the request bodies that one worker holds, in bytes; further calls get 503. A body without a Content-Length counts as maxRequestBytes until it has arrived. Defaults to 512 MiB.',
      { min: 1_048_576, max: 68_719_476_736, default: 536_870_912 },
    ),
    maxResponseBytes: integer(
      'Maximum size of an answer that the gateway must hold, in bytes of its text: one that a conversation keeps, or a whole one that is translated. Bytes that pass through are not limited. Defaults to 32 MiB.',
      { min: 65_536, max: 67_108_864, default: 33_554_432 },
    ),
    requestTimeout: duration('Maximum duration of a call, streaming included. Defaults to 300s.', {
      default: '300s',
    }),
    firstTokenTimeout: duration(
      'Maximum time until content of a streamed answer begins, where neither the rule nor the provider has timeouts.firstByte. Defaults to 60s.',
      { default: '60s' },
    ),
    maxMessages: integer('Maximum number of messages of a call. Defaults to 10000.', {
      min: 1,
      max: 1_000_000,
      default: 10_000,
    }),
    maxTools: integer('Maximum number of tools of a call. Defaults to 1024.', {
      min: 1,
      max: 100_000,
      default: 1024,
    }),
    maxDepth: integer('Maximum depth of objects and lists in a request body. Defaults to 128.', {
      min: 8,
      max: 512,
      default: 128,
    }),
    maxConcurrentRequests: integer(
      'Maximum number of concurrent calls of all workers of a replica; further calls get 503. Defaults to 10000.',
      { min: 1, max: 1_000_000, default: 10_000 },
    ),
  },
  { default: {} },
)
