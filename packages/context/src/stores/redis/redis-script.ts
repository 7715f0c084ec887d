import { createHash } from 'node:crypto'

/** A script in Lua that the server runs in one step. */
export interface RedisScript {
  readonly source: string
  /** What the server knows it by. */
  readonly sha: string
}

export function redisScript(source: string): RedisScript {
  return Object.freeze({ source, sha: createHash('sha1').update(source).digest('hex') })
}
