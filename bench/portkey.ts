import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMeasured, type MeasuredProcess } from './measured-process.ts'

const version = '1.15.2'
/**
 * The HTTP server beneath it, in the version that its package.json starts from. With newer ones in
 * that range (1.14.4, 1.19.9 and 1.19.19 were tried) every streamed call fails with status 500,
 * "TypeError: immutable".
 */
const nodeServerVersion = '1.3.3'

/** The like-for-like rival: a gateway on Node.js. Installed beside the benchmark, never with the project. */
export function startPortkey(port: number): MeasuredProcess {
  const program = join(installed(), 'node_modules/@portkey-ai/gateway/build/start-server.js')
  return startMeasured(process.execPath, [program, `--port=${port}`, '--headless'], {
    NODE_ENV: 'production',
    TRUSTED_CUSTOM_HOSTS: 'localhost,127.0.0.1',
  })
}

/** The folder that has it, kept from one run to the next. */
function installed(): string {
  const home = join(tmpdir(), 'fairlead-bench-peers', `portkey-${version}-${nodeServerVersion}`)
  // Written last: an install that was broken off is done again.
  const complete = join(home, 'complete')
  if (existsSync(complete)) return home
  process.stdout.write(`installing @portkey-ai/gateway ${version}\n`)
  mkdirSync(home, { recursive: true })
  const overrides = { '@hono/node-server': nodeServerVersion }
  writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true, overrides }))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `@portkey-ai/gateway@${version}`], {
    cwd: home,
    stdio: 'ignore',
  })
  writeFileSync(complete, '')
  return home
}

/** How Portkey is told where to send a call. */
export function portkeyHeaders(baseURL: string): Record<string, string> {
  return {
    authorization: 'Bearer sk-bench',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': baseURL,
  }
}
