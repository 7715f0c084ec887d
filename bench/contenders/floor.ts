import { fileURLToPath } from 'node:url'
import { upstreamPath } from '../calls/calls.ts'
import { freePort } from '../processes/free-port.ts'
import type { Contender } from '../contract/contender.ts'

/** A program of `bench/floors`: a hop that does nothing but pass calls on. */
export function floor(name: 'raw-net' | 'http-undici', title: string): Contender {
  const program = fileURLToPath(new URL(`../floors/${name}.program.ts`, import.meta.url))
  return {
    name,
    title,
    provide: () => Promise.resolve(process.version),
    async start(site) {
      const port = await freePort()
      const { static: fixed, words } = site.ports
      return {
        process: site.start({
          name,
          command: process.execPath,
          args: ['--conditions=source', program, String(port), String(fixed), String(words)],
          environment: { NODE_ENV: 'production' },
        }),
        url: (call) => `http://127.0.0.1:${port}${upstreamPath(call).path}`,
        headers: () => ({}),
        checksKeys: false,
      }
    },
  }
}
