import { openScope, systemClock } from '@fairlead/base'
import { UsageError } from '../usage-error.ts'
import { dataDirPath } from './etcd-stand-in.ts'

const answerDeadlineMs = 5_000

/**
 * Where the stand-in for etcd at this address has its data.
 * @throws UsageError when something else, or nothing, answers there
 */
export async function dataDirOfEtcd(url: string): Promise<string> {
  const text = await ask(url + dataDirPath)
  if (text !== undefined) {
    const { dataDir } = JSON.parse(text) as { readonly dataDir?: unknown }
    if (typeof dataDir === 'string') return dataDir
  }
  throw new UsageError(
    `--etcd-servers: what answers at ${url} is not the etcd beside this kube-apiserver: start that one, whose data directory has the objects`,
  )
}

/** Undefined for an answer that is not as the stand-in gives it. */
async function ask(url: string): Promise<string | undefined> {
  using scope = openScope({ clock: systemClock, timeoutMs: answerDeadlineMs, what: 'the answer' })
  let response: Response
  try {
    response = await fetch(url, { signal: scope.signal })
  } catch (cause) {
    throw new UsageError(`--etcd-servers: nothing answers at ${url}`, { cause })
  }
  const isJson = response.headers.get('content-type') === 'application/json'
  const text = await response.text()
  return response.ok && isJson ? text : undefined
}
