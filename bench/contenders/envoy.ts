import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { envoy as program } from '../../tools/programs/envoy.ts'
import { findProgram } from '../../tools/programs/find-program.ts'
import { upstreamPath } from '../calls/calls.ts'
import { freePort } from '../processes/free-port.ts'
import { benchKey, type Contender, type Site } from '../contract/contender.ts'

/** Envoy with one worker thread. */
export const envoy: Contender = {
  name: 'envoy',
  title: 'Envoy that refuses unknown keys and writes an access log, with one worker thread',
  provide: async () => (await program.versionOf(await findProgram(program))) ?? 'unknown',
  async start(site) {
    const port = await freePort()
    const path = join(site.folder, 'envoy.json')
    writeFileSync(path, JSON.stringify(configuration(site, port)))
    const flags = ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'error']
    const command = await findProgram(program)
    return {
      process: site.start({ name: 'envoy', command, args: ['-c', path, ...flags] }),
      url: (call) => `http://127.0.0.1:${port}${upstreamPath(call).path}`,
      headers: () => ({ authorization: `Bearer ${benchKey}` }),
      checksKeys: true,
    }
  },
}

function configuration(site: Site, port: number): object {
  const route = (prefix: string, to: string) => ({
    match: { prefix },
    route: { cluster: to, timeout: '0s' },
  })
  return {
    static_resources: {
      listeners: [
        {
          name: 'calls',
          address: addressOf(port),
          filter_chains: [
            {
              filters: [
                typed('envoy.filters.network.http_connection_manager', connectionManager, {
                  stat_prefix: 'calls',
                  access_log: [
                    typed(
                      'envoy.access_loggers.file',
                      `${extensions}access_loggers.file.v3.FileAccessLog`,
                      {
                        path: join(site.folder, 'access.log'),
                      },
                    ),
                  ],
                  http_filters: [keyCheck(), router()],
                  route_config: {
                    virtual_hosts: [
                      {
                        name: 'all',
                        domains: ['*'],
                        routes: [route('/words/', 'words'), route('/', 'static')],
                      },
                    ],
                  },
                }),
              ],
            },
          ],
        },
      ],
      clusters: [cluster('static', site.ports.static), cluster('words', site.ports.words)],
    },
  }
}

const extensions = 'type.googleapis.com/envoy.extensions.'
const connectionManager = `${extensions}filters.network.http_connection_manager.v3.HttpConnectionManager`

function keyCheck(): object {
  return typed(
    'envoy.filters.http.api_key_auth',
    `${extensions}filters.http.api_key_auth.v3.ApiKeyAuth`,
    {
      credentials: [{ key: benchKey, client: 'bench' }],
      key_sources: [{ header: 'Authorization' }],
    },
  )
}

function router(): object {
  return typed('envoy.filters.http.router', `${extensions}filters.http.router.v3.Router`, {})
}

function cluster(name: string, port: number): object {
  const unlimited = 1_000_000
  return {
    name,
    type: 'STATIC',
    connect_timeout: '5s',
    circuit_breakers: {
      thresholds: [
        { max_connections: unlimited, max_pending_requests: unlimited, max_requests: unlimited },
      ],
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: addressOf(port) } }] }],
    },
  }
}

function typed(name: string, type: string, settings: object): object {
  return { name, typed_config: { '@type': type, ...settings } }
}

function addressOf(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}
