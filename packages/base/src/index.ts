export { append } from './append.ts'
export { abortReason } from './abort-reason.ts'
export { aborted, DeadlineError, openScope, untilAborted, type Scope } from './abort.ts'
export { Cancellation, type CancellationListener } from './cancellation.ts'
export { canonicalJson } from './canonical-json.ts'
export { compareText } from './compare-text.ts'
export { sleep, systemClock, type Clock, type Timer } from './clock.ts'
export {
  arrayOrEmpty,
  countOrZero,
  isJsonObject,
  objectOrEmpty,
  stringOrUndefined,
  type JsonObject,
} from './json-value.ts'
export { consoleLogger } from './console-logger.ts'
export { jsonLogger } from './json-logger.ts'
export type { LineLoggerOptions, LogLevel } from './line-logger.ts'
export { silentLogger, withFields, type Logger } from './logger.ts'
export { textLogger } from './text-logger.ts'
export { nearMisses } from './near-misses.ts'
export { stringEnd } from './json-token.ts'
export { Outbox } from './outbox.ts'
export { parseJson, parseJsonOrUndefined } from './parse-json.ts'
export { isRawNumber, numberOrUndefined, rawNumber, type RawNumber } from './raw-number.ts'
export { systemRandom, type Random } from './random.ts'
export { RecentMap } from './recent-map.ts'
export { remembering, sameElements } from './remembering.ts'
export { redisClientOptions } from './redis-client-options.ts'
export { redisAddressOf, type RedisAddress } from './redis-address.ts'
export { readRetryAfterSeconds } from './retry-after.ts'
export { MissingVariables, renderTemplate, templateVariables } from './template.ts'
export { parseSectionTemplate, type SectionTemplate } from './section-template.ts'
export { SeededRandom } from './seeded-random.ts'
export { stopSignal } from './stop-signal.ts'
export { TokenBucket } from './token-bucket.ts'
export { drawByWeight } from './weighted-draw.ts'
