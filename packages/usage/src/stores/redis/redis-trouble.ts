import { CounterStoreUnavailable } from '../../counters/counter.ts'

/** What a reply of the server that is an error means for whoever looks after it, by its first word. */
const advice: Readonly<Record<string, string>> = {
  WRONGPASS: 'Redis refuses the user or password: correct the URL in the Secret',
  NOAUTH: 'Redis wants a password: put it into the URL in the Secret',
  NOPERM:
    'Redis does not let this user run scripts on keys that begin with {fairlead: let its ACL allow ~{fairlead:* +@all',
  READONLY: 'this Redis is a replica, which cannot be written: name the primary in the Secret',
  MISCONF: 'Redis cannot write to its disk and takes no writes: see its log',
  OOM: 'Redis has no memory left: raise its maxmemory',
  MOVED:
    'this Redis is a node of a cluster that has these keys elsewhere: put a proxy in front of the cluster, or use a single primary',
  CLUSTERDOWN: 'the cluster of Redis is down: see its log',
  LOADING: 'Redis is reading its data: it is asked again by itself',
  BUSY: 'a script of somebody else keeps Redis busy: see SCRIPT KILL',
  MASTERDOWN: 'this Redis is a replica without a primary: name the primary in the Secret',
}

/**
 * What happened and what to do, without anything of the address: messages of sockets name host and
 * port, which stand in a Secret, so that only their codes are told.
 */
export function unavailable(cause: unknown, timeoutMs: number): CounterStoreUnavailable {
  if (cause instanceof CounterStoreUnavailable) return cause
  return new CounterStoreUnavailable(`Redis cannot be used: ${reasonOf(cause, timeoutMs)}.`)
}

function reasonOf(cause: unknown, timeoutMs: number): string {
  const said = cause instanceof Error ? cause.message : String(cause)
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const first = /^(?:ERR )?([A-Z]+)\b/.exec(said)?.[1] ?? ''
  const known = advice[first]
  if (known !== undefined) return known
  if (/timed out|ETIMEDOUT/.test(said)) {
    return `it did not answer within ${timeoutMs} ms: see its load and the network, or raise spec.state.redis.timeout`
  }
  if (typeof code === 'string' && /^[A-Z_]+$/.test(code)) {
    return `the connection failed with ${code}: see that it runs and that the Secret names it correctly`
  }
  if (/closed|ended|ECONN/i.test(said)) return 'the connection was closed: see that it runs'
  return 'it answered in an unexpected way: see that the Secret names a Redis of version 6.2 or newer'
}
