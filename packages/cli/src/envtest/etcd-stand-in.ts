import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { aborted } from '@fairlead/base'
import { UsageError } from '../usage-error.ts'
import type { GivenFlags } from './go-flags.ts'

/** Where the stand-in says in which directory its API server is to keep objects. */
export const dataDirPath = '/fairlead/data-dir'

/**
 * Takes etcd's place beside our API server: it answers the health checks of whoever starts it, and
 * owns the data directory; the objects in it are the API server's. It speaks none of etcd's API.
 * @throws UsageError for an address that is not `http://host:port`
 */
export async function runEtcdStandIn(flags: GivenFlags, signal: AbortSignal): Promise<void> {
  const dataDir = resolve(flags.text('data-dir') ?? 'default.etcd')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const answers: Readonly<Record<string, object>> = {
    '/health': { health: 'true', reason: '' },
    '/readyz': { health: 'true' },
    '/livez': { health: 'true' },
    '/version': { etcdserver: '3.5.0+fairlead', etcdcluster: '3.5.0' },
    [dataDirPath]: { dataDir },
  }
  const urls = flags.list('listen-client-urls')
  const servers = (urls.length === 0 ? ['http://localhost:2379'] : urls).map((text) => {
    const { hostname, port } = clientUrl(text)
    const server = createServer((request, response) => {
      const answer = answers[request.url ?? '']
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      const why = { error: 'this stands in for etcd beside Fairlead, and has none of its API' }
      response.end(JSON.stringify(answer ?? why))
    })
    return server.listen(Number(port || 2379), hostname.replaceAll(/[[\]]/g, ''))
  })
  try {
    await Promise.all(servers.map((server) => once(server, 'listening')))
    await aborted(signal)
  } finally {
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
  }
}

function clientUrl(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol === 'http:') return url
  throw new UsageError(
    `--listen-client-urls is "${text}": expected http://HOST:PORT; TLS is not served`,
  )
}
