/** What a server says of itself. */
interface ServerFacts {
  /** Why it must not be used; undefined if nothing is wrong. */
  readonly problem: string | undefined
  /** What whoever runs it should know, in sentences. */
  readonly warnings: readonly string[]
}

/**
 * Judges the reply of INFO, and what CONFIG GET says of `save` and `appendfsync`, as far as the server
 * lets us ask; an empty one says nothing.
 */
export function readServerFacts(
  info: string,
  config: Readonly<Record<string, string>> = {},
): ServerFacts {
  const facts = new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':')
      return colon === -1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]]
    }),
  )
  return { problem: problemOf(facts), warnings: warningsOf(facts, config) }
}

function problemOf(facts: ReadonlyMap<string, string>): string | undefined {
  const [major = 0, minor = 0] = (facts.get('redis_version') ?? '6.2').split('.').map(Number)
  if (major < 6 || (major === 6 && minor < 2)) {
    return `it has version ${major}.${minor}, and 6.2 is the oldest that works`
  }
  if (facts.get('loading') === '1') return 'it is reading its data: it is asked again by itself'
  if (facts.get('redis_mode') === 'sentinel') {
    return 'it is a Sentinel, which keeps no data and is not followed: name the primary in the Secret'
  }
  if (facts.get('role') === 'slave') {
    return 'this server is a replica, which cannot be written: name the primary in the Secret'
  }
  const policy = facts.get('maxmemory_policy') ?? 'noeviction'
  if (policy.startsWith('allkeys') && facts.get('maxmemory') !== '0') {
    return `it deletes conversations when its memory is full, because its maxmemory-policy is ${policy}: set it to noeviction`
  }
  return undefined
}

function warningsOf(
  facts: ReadonlyMap<string, string>,
  config: Readonly<Record<string, string>>,
): readonly string[] {
  const policy = facts.get('maxmemory_policy') ?? 'noeviction'
  const warnings: string[] = []
  if (policy.startsWith('allkeys') && facts.get('maxmemory') === '0') {
    warnings.push(
      `Redis would delete conversations once it gets a maxmemory, because its maxmemory-policy is ${policy}: set it to noeviction.`,
    )
  }
  if (facts.get('aof_enabled') === '0') {
    warnings.push(
      config['save'] === ''
        ? 'A restart of Redis loses all conversations, because it keeps neither an append-only file nor snapshots: set appendonly to yes.'
        : 'A restart of Redis loses the conversations since its last snapshot, because it keeps no append-only file: set appendonly to yes.',
    )
  } else if (config['appendfsync'] === 'no') {
    warnings.push(
      'A power cut loses what Redis has not yet written to its disk, because its appendfsync is no: set it to everysec or always.',
    )
  }
  return warnings
}
