/** What a reply that is an error means for whoever looks after the server, by a word of it. */
const advice: Readonly<Record<string, string>> = {
  WRONGPASS: 'it refuses the user or password: correct the URL in the Secret',
  NOAUTH: 'it wants a password: put it into the URL in the Secret',
  NOPERM:
    'its ACL does not let this user do what a store needs: allow the keys and channels that begin with the prefix of this store, and +@all -@admin +info',
  READONLY: 'this server is a replica, which cannot be written: name the primary in the Secret',
  MASTERDOWN: 'this server is a replica without a primary: name the primary in the Secret',
  MISCONF: 'it cannot write to its disk and takes no writes: see its log',
  OOM: 'it has no memory left: raise its maxmemory, or let conversations expire sooner',
  MOVED:
    'this server is a node of a cluster that has these keys elsewhere: put a proxy in front of the cluster, or use a single primary',
  CLUSTERDOWN: 'its cluster is down: see its log',
  LOADING: 'it is reading its data: it is asked again by itself',
  BUSY: 'a script of somebody else keeps it busy: see SCRIPT KILL',
  WRONGTYPE:
    'somebody else keeps something under the keys of this store: choose another keyPrefix, or another database',
}

/** Troubles after which another connection may find a server that can be used. */
const endsConnection = new Set(['WRONGPASS', 'NOAUTH', 'READONLY', 'MASTERDOWN', 'MOVED'])

const words = new RegExp(`(?:^|[^A-Z])(${Object.keys(advice).join('|')})\\b`)

/** Why Redis cannot be used, in words that quote nothing of the address and nothing that was sent. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable'
  /** Whether the connection is of no use any more. */
  readonly isFinal: boolean

  constructor(reason: string, isFinal = true) {
    super(`Redis cannot be used: ${reason}.`)
    this.isFinal = isFinal
  }
}

/**
 * What happened and what to do. Errors of the client name the address and what was sent, so that they
 * are not kept as causes.
 */
export function redisTrouble(cause: unknown, timeoutMs: number): RedisUnavailable {
  if (cause instanceof RedisUnavailable) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (cause instanceof Error && cause.name === 'ReplyError') return repliedTrouble(said)
  if (/timed out|ETIMEDOUT|took longer/.test(said)) {
    return new RedisUnavailable(
      `it did not answer within ${timeoutMs} ms: see its load and the network`,
    )
  }
  if (typeof code === 'string' && /^[A-Z_0-9]+$/.test(code)) {
    const about = code.startsWith('ERR_TLS') || code.includes('CERT') ? tlsAdvice : addressAdvice
    return new RedisUnavailable(`the connection failed with ${code}: ${about}`)
  }
  return new RedisUnavailable('the connection was closed: see that it runs')
}

const addressAdvice = 'see that it runs and that the Secret names it correctly'
const tlsAdvice =
  'see that its certificate is for the host that the Secret names, and that its authority is trusted'

function repliedTrouble(said: string): RedisUnavailable {
  const word = words.exec(said)?.[1] ?? ''
  const known = advice[word]
  if (known !== undefined) return new RedisUnavailable(known, endsConnection.has(word))
  // Unknown commands are repeated with what was sent.
  const safe = said.replace(/,? with args.*/su, '').slice(0, 200)
  return new RedisUnavailable(`it answered “${safe}”: see that it is Redis 6.2 or newer`, false)
}
