import { upstreamPath } from '../calls/calls.ts'
import { findProgram } from '../../tools/programs/find-program.ts'
import { nginx as program } from '../../tools/programs/nginx.ts'
import { freePort } from '../processes/free-port.ts'
import { nginxProcess } from '../processes/nginx-process.ts'
import { benchKey, type Contender } from '../contract/contender.ts'
import { proxyServers } from './nginx-config.ts'

/** nginx that does of a gateway's work what its configuration can. */
export const nginxKey: Contender = {
  name: 'nginx-key',
  title: 'nginx that refuses unknown keys and writes an access log',
  provide: async () => (await program.versionOf(await findProgram(program))) ?? 'unknown',
  async start(site) {
    const port = await freePort()
    const keys = `map $http_authorization $known { default 0; "Bearer ${benchKey}" 1; }`
    const checks = `if ($known = 0) { return 401; } access_log ${site.folder}/access.log combined;`
    const servers = `${keys} ${proxyServers(site, port, checks)}`
    return {
      process: site.start(nginxProcess(site.folder, 'nginx-key', servers)),
      url: (call) => `http://127.0.0.1:${port}${upstreamPath(call).path}`,
      headers: () => ({ authorization: `Bearer ${benchKey}` }),
      checksKeys: true,
    }
  },
}
