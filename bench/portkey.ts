import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startMeasured, type MeasuredProcess } from './measured-process.ts'

const version = '1.15.2'

/** The like-for-like rival: a gateway on Node.js. Installed beside the benchmark, never with the project. */
export function startPortkey(folder: string, port: number): MeasuredProcess {
  const home = join(folder, `portkey-${version}`)
  if (!existsSync(join(home, 'node_modules'))) {
    process.stdout.write(`installing @portkey-ai/gateway ${version}\n`)
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), '{"private":true}')
    execFileSync('npm', ['install', '--no-audit', '--no-fund', `@portkey-ai/gateway@${version}`], {
      cwd: home,
      stdio: 'ignore',
    })
  }
  const program = join(home, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  return startMeasured(process.execPath, [program, `--port=${port}`, '--headless'], {
    NODE_ENV: 'production',
    TRUSTED_CUSTOM_HOSTS: 'localhost,127.0.0.1',
  })
}

/** How Portkey is told where to send a call. */
export function portkeyHeaders(baseURL: string): Record<string, string> {
  return {
    authorization: 'Bearer sk-bench',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': baseURL,
  }
}
