import { randomUUID } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createOpenAiChatDialect } from '@fairlead/llm'
import { Admission } from './call/admission.ts'
import { CallRecord } from './call/call-record.ts'
import { RunningCalls } from './call/running-calls.ts'
import { type Clock, systemClock } from '@fairlead/base'
import { ConversationStores } from './conversations/conversation-stores.ts'
import { drainServer } from './drain-server.ts'
import type { Gateway, GatewayOptions, ResolveHost } from './gateway.ts'
import { routeRequest } from './http/router.ts'
import { GatewayMetrics } from './metrics/gateway-metrics.ts'
import { PromptRenderer } from './prompts/prompt-renderer.ts'
import { createProviderAdapters } from './providers/provider-adapters.ts'
import { Reporter } from './reporter.ts'
import { RuntimeHolder } from './runtime/runtime-holder.ts'
import type { Services } from './services.ts'
import { CredentialRefusals } from './upstream/credential-refusals.ts'
import { UpstreamPools } from './upstream/upstream-pools.ts'

/** A caller must have sent its whole request within this. */
const requestReceiveTimeoutMs = 120_000
const keepAliveTimeoutMs = 75_000

/** Starts the data plane: resolves when it listens, rejects when the port cannot be taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const clock = options.clock ?? systemClock
  const reporter = new Reporter()
  const services = createServices(options, clock, reporter)
  const pools = new UpstreamPools(options.resolveHost ?? resolveHost)
  const runtimes = new RuntimeHolder(
    options.snapshots,
    {
      secrets: options.secrets,
      pools,
      clock,
      adapters: createProviderAdapters(clock),
      healthOf: (provider) => reporter.healthOf(provider),
      callCounter: callCounters(),
    },
    options.logger,
    (runtime) => {
      services.stores.prepare(runtime)
      reporter.changed()
    },
  )
  reporter.watch(runtimes, services.stores)
  const server = createHttpServer(runtimes, services)
  try {
    await listen(server, options)
  } catch (error) {
    runtimes.stop()
    throw error
  }
  const { address, port, family } = server.address() as AddressInfo
  const host = family === 'IPv6' ? `[${address}]` : address
  return {
    url: `http://${host}:${port}`,
    port,
    report: () => reporter.report(),
    onReportChange: (listener) => reporter.subscribe(listener),
    async drain(timeoutMs) {
      await drainServer(server, services, timeoutMs)
      runtimes.stop()
      await pools.destroy()
      await services.stores.close()
    },
  }
}

function createServices(options: GatewayOptions, clock: Clock, reporter: Reporter): Services {
  const random = options.random ?? Math.random
  const metrics = new GatewayMetrics(options.registry)
  return {
    dialect: createOpenAiChatDialect({ now: () => clock.now() }),
    secrets: options.secrets,
    refusals: new CredentialRefusals(clock),
    stores: new ConversationStores(
      (store) => options.openStore(store),
      options.logger,
      () => reporter.changed(),
    ),
    prompts: new PromptRenderer(random),
    admission: new Admission(metrics),
    metrics,
    logger: options.logger,
    clock,
    random,
    running: new RunningCalls(),
  }
}

function createHttpServer(runtimes: RuntimeHolder, services: Services): Server {
  const server = createServer(
    {
      keepAliveTimeout: keepAliveTimeoutMs,
      requestTimeout: requestReceiveTimeoutMs,
      noDelay: true,
    },
    (request, response) => {
      const record = new CallRecord(`req_${randomUUID()}`)
      routeRequest({ request, response, record }, runtimes.current, services).catch(
        (error: unknown) => {
          services.logger.error({ requestId: record.requestId, err: error }, 'request failed')
          response.destroy()
        },
      )
    },
  )
  server.on('clientError', refuseUnreadable)
  return server
}

/** What is no HTTP request gets an answer in the shape of all others, and its connection is closed. */
function refuseUnreadable(error: Error, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy()
  const tooLarge = 'code' in error && error.code === 'HPE_HEADER_OVERFLOW'
  const status = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const message = tooLarge
    ? 'The headers are too large: send less than 16 KB.'
    : 'This is not a valid HTTP/1.1 request.'
  const body = JSON.stringify({
    error: { message, type: 'invalid_request_error', param: null, code: 'invalid_request' },
  })
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nconnection: close\r\n` +
      `content-length: ${body.length}\r\n\r\n${body}`,
  )
}

function listen(server: Server, { host, port }: GatewayOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

const resolveHost: ResolveHost = (hostname) => lookup(hostname, { all: true })

function callCounters(): (provider: string) => { calls: number } {
  const counters = new Map<string, { calls: number }>()
  return (provider) => {
    const counter = counters.get(provider) ?? { calls: 0 }
    counters.set(provider, counter)
    return counter
  }
}
