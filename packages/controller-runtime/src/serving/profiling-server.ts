import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type Clock } from '@fairlead/base'
import { type BindAddress } from './bind-address.ts'
import { takeCpuProfile } from './cpu-profile.ts'
import { HeapSampling } from './heap-sampling.ts'
import { type HttpAnswer, type HttpHandler, textAnswer } from './http-handler.ts'
import { HttpServer } from './http-server.ts'
import { routes } from './routes.ts'
import { resolveServing, type ServingEnvironment, type ServingOptions } from './serving-options.ts'
import type { ServerParts } from './server-parts.ts'

/** Off by default; anywhere but on the machine itself it needs `authentication`. */
export interface ProfilingServerOptions extends ServingOptions {
  readonly bindAddress: string
}

const compress = promisify(gzip)
const secondsMax = 100
const defaultSeconds = 30

const index = `/debug/pprof/

profile   what the process computes for ?seconds=30
heap      where memory that is in use was allocated since the start; ?gc=1 collects garbage before

Look at them with: go tool pprof -http=: http://…/debug/pprof/profile?seconds=30
`

/**
 * Serves profiles of this process under the paths of Go's net/http/pprof, in its format, and what
 * else is to be seen by nobody but those who may see these. Undefined if it is turned off.
 */
export function profilingServer(
  options: ProfilingServerOptions,
  environment: ServingEnvironment,
  handlers: Readonly<Record<string, HttpHandler>> = {},
): ServerParts | undefined {
  const name = 'profiling server'
  const serving = resolveServing(name, options, environment)
  if (serving === undefined) return undefined
  const { filter, runnables, ...how } = serving
  if (!isLoopback(how.address) && (options.authentication ?? 'none') === 'none') {
    throw new Error(
      `the ${name} would show what this process does to everybody who reaches ` +
        `${options.bindAddress}: bind it to 127.0.0.1, or set authentication`,
    )
  }
  const { clock, logger } = environment
  const sampling = new HeapSampling(clock)
  const handle = filter(
    routes({
      ...handlers,
      '/debug/pprof/': () => textAnswer(200, index),
      '/debug/pprof/profile': cpuHandler(clock),
      '/debug/pprof/heap': heapHandler(sampling),
    }),
  )
  const answerTimeoutMs = (secondsMax + 10) * 1_000
  const server = new HttpServer({ name, ...how, handle, answerTimeoutMs, logger, clock })
  return { server, runnables: [...runnables, sampling] }
}

function cpuHandler(clock: Clock): HttpHandler {
  let isBusy = false
  return async ({ query, signal }) => {
    const seconds = Number(query.get('seconds') ?? defaultSeconds)
    if (!(seconds > 0 && seconds <= secondsMax)) {
      return textAnswer(400, `seconds must be a number above 0, and ${secondsMax} at most\n`)
    }
    if (isBusy) {
      return textAnswer(500, 'Could not enable CPU profiling: cpu profiling already in use\n')
    }
    isBusy = true
    try {
      return await profileAnswer('profile', await takeCpuProfile(seconds * 1_000, clock, signal))
    } finally {
      isBusy = false
    }
  }
}

function heapHandler(sampling: HeapSampling): HttpHandler {
  return async ({ query }) => {
    if (query.has('seconds'))
      return textAnswer(400, 'heap has no seconds: it tells of the present\n')
    const profile = await sampling.profile(Number(query.get('gc') ?? 0) > 0)
    if (profile === undefined) return textAnswer(503, 'the sampling of the heap has not begun\n')
    return profileAnswer('heap', profile)
  }
}

async function profileAnswer(name: string, profile: Uint8Array): Promise<HttpAnswer> {
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${name}"`,
    'x-content-type-options': 'nosniff',
  }
  return { status: 200, headers, body: await compress(profile) }
}

function isLoopback({ host }: BindAddress): boolean {
  return host !== undefined && (host === 'localhost' || host === '::1' || host.startsWith('127.'))
}
