import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface LoadOptions {
  readonly folder: string
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  readonly seconds: number
}

interface LoadResult {
  readonly requests: number
  readonly requestsPerSecond: number
  /** Responses other than 200, and broken connections. */
  readonly failures: number
}

/** Posts the same body repeatedly with wrk, a load generator in C that uses little CPU itself. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const script = join(options.folder, 'load.lua')
  const body = join(options.folder, 'body.json')
  writeFileSync(body, options.body)
  const headers = Object.entries(options.headers).map(
    ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
  )
  writeFileSync(
    script,
    `wrk.method = "POST"
     local file = io.open(${JSON.stringify(body)}, "rb"); wrk.body = file:read("*a"); file:close()
     ${headers.join('\n')}
     done = function(summary)
       local e = summary.errors
       io.write(string.format("RESULT %d %d %d\\n", summary.requests, summary.duration,
         e.connect + e.read + e.write + e.status + e.timeout))
     end`,
  )
  const output = await run('wrk', [
    '-t1',
    `-c${options.connections}`,
    `-d${options.seconds}s`,
    '--timeout',
    '10s',
    '-s',
    script,
    options.url,
  ])
  const [, requests, micros, failures] = /RESULT (\d+) (\d+) (\d+)/.exec(output) ?? []
  if (requests === undefined) throw new Error(`wrk reported no request count: ${output}`)
  return {
    requests: Number(requests),
    requestsPerSecond: Number(requests) / (Number(micros) / 1e6),
    failures: Number(failures),
  }
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args])
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(output))))
  })
}
