/** What a server says of itself. */
interface ServerFacts {
  /** Why it cannot be used. */
  readonly problem: string | undefined
  readonly warnings: readonly string[]
}

/** Reads the reply of INFO; an empty one, of a server that does not let us ask, says nothing. */
export function readServerFacts(info: string): ServerFacts {
  const facts = new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':')
      return colon === -1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]]
    }),
  )
  const [major = 0, minor = 0] = (facts.get('redis_version') ?? '6.2').split('.').map(Number)
  if (major < 6 || (major === 6 && minor < 2)) {
    return {
      problem: `Redis cannot be used: it has version ${major}.${minor}, and 6.2 is the oldest that works.`,
      warnings: [],
    }
  }
  if (facts.get('loading') === '1') {
    return { problem: 'Redis cannot be used: it is reading its data.', warnings: [] }
  }
  const policy = facts.get('maxmemory_policy') ?? 'noeviction'
  const warnings = [
    policy === 'noeviction'
      ? []
      : `Redis forgets what was counted when its memory is full, because its maxmemory-policy is ${policy}: set it to noeviction.`,
    facts.get('aof_enabled') === '0'
      ? 'A restart of Redis forgets what was counted since its last snapshot, because it keeps no append-only file: set appendonly to yes.'
      : [],
  ].flat()
  return { problem: undefined, warnings }
}
