import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Processes } from '../processes/processes.ts'

interface LoadOptions {
  /** For the files that wrk reads. */
  readonly folder: string
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** Each has one call at a time. */
  readonly connections: number
  readonly seconds: number
}

interface LoadResult {
  /** Answers, good or not. */
  readonly requests: number
  readonly requestsPerSecond: number
  /** Answers other than 200, and broken connections. */
  readonly failures: number
  /** Half of the calls took no longer than this, in milliseconds; undefined without an answer. */
  readonly medianMs: number | undefined
}

/** Posts the same body repeatedly with wrk, a load generator in C that uses little CPU itself. */
export async function load(processes: Processes, options: LoadOptions): Promise<LoadResult> {
  const home = mkdtempSync(join(options.folder, 'wrk-'))
  const script = join(home, 'load.lua')
  const body = join(home, 'body.json')
  writeFileSync(body, options.body)
  const headers = Object.entries({ 'content-type': 'application/json', ...options.headers })
  writeFileSync(
    script,
    `wrk.method = "POST"
     local file = io.open(${JSON.stringify(body)}, "rb"); wrk.body = file:read("*a"); file:close()
     ${headers.map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`).join('\n')}
     done = function(summary, latency)
       local e = summary.errors
       io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration,
         e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50)))
     end`,
  )
  const flags = ['-t1', `-c${options.connections}`, `-d${options.seconds}s`, '--timeout', '10s']
  const output = await processes.run('wrk', [...flags, '-s', script, options.url])
  const [, requests, micros, failures, median] = /RESULT (\d+) (\d+) (\d+) (\d+)/.exec(output) ?? []
  if (requests === undefined) throw new Error(`wrk reported no request count: ${output}`)
  return {
    requests: Number(requests),
    requestsPerSecond: Number(requests) / (Number(micros) / 1e6),
    failures: Number(failures),
    medianMs: Number(requests) === 0 ? undefined : Number(median) / 1000,
  }
}
