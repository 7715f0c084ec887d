import { upstreamPath } from '../calls/calls.ts'
import { findProgram } from '../../tools/programs/find-program.ts'
import { nginx as program } from '../../tools/programs/nginx.ts'
import { freePort } from '../processes/free-port.ts'
import { nginxProcess } from '../processes/nginx-process.ts'
import type { Contender } from '../contract/contender.ts'
import { proxyServers } from './nginx-config.ts'

/** The plainest reverse proxy: what any hop in front of a provider costs at least. */
export const nginx: Contender = {
  name: 'nginx',
  title: 'nginx as a plain reverse proxy, with one worker; it checks and logs nothing',
  provide: async () => (await program.versionOf(await findProgram(program))) ?? 'unknown',
  async start(site) {
    const port = await freePort()
    return {
      process: site.start(nginxProcess(site.folder, 'nginx', proxyServers(site, port))),
      url: (call) => `http://127.0.0.1:${port}${upstreamPath(call).path}`,
      headers: () => ({}),
      checksKeys: false,
    }
  },
}
