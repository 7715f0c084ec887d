import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { upstreamPath, type Call } from '../calls/calls.ts'
import { freePort } from '../processes/free-port.ts'
import { nginxProcess } from '../processes/nginx-process.ts'
import type { Processes } from '../processes/processes.ts'

/** Starts a provider that costs next to nothing: nginx with answers from files. */
export async function startStaticUpstream(
  processes: Processes,
  folder: string,
  calls: readonly Call[],
): Promise<number> {
  const port = await freePort()
  const answers = join(folder, 'answers')
  mkdirSync(answers, { recursive: true })
  chmodSync(folder, 0o755)
  const locations = calls.flatMap((call) => {
    if (call.answer === undefined) return []
    const { name, isStream } = call
    writeFileSync(join(answers, name), call.answer)
    const type = isStream ? 'text/event-stream; charset=utf-8' : 'application/json'
    return `
      location = ${upstreamPath(call).path} { error_page 405 =200 /answers/${name}; return 405; }
      location = /answers/${name} { internal; types {} default_type "${type}"; root ${folder}; }`
  })
  const servers = `server { listen 127.0.0.1:${port}; ${locations.join('')} }`
  processes.start(nginxProcess(folder, 'upstream', servers))
  return port
}
