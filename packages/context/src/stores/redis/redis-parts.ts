import type { Clock } from '@fairlead/base'
import type { RedisKeys } from './redis-keys.ts'
import type { RedisLink } from './redis-link.ts'

/** What the parts of one store in Redis have in common. */
export interface RedisParts {
  readonly link: RedisLink
  readonly keys: RedisKeys
  /** By which conversations, responses and records expire. */
  readonly clock: Pick<Clock, 'now'>
  /** This opening of the store: it is stored with what it runs. */
  readonly member: string
  /** What is untouched for longer is deleted; it may change. */
  readonly retention: { ttlMs: number | undefined }
}

/** The time and the time to live, as scripts about conversations begin with them. */
export function timeArguments({ clock, retention }: RedisParts): readonly [string, string] {
  return [String(clock.now()), retention.ttlMs === undefined ? '' : String(retention.ttlMs)]
}
