import { readFileSync } from 'node:fs'
import { isJsonObject, parseJson, systemClock } from '@fairlead/base'
import { createClient } from '@fairlead/controller-runtime'
import type { RouteExplanation } from '@fairlead/gateway'
import { clusterConfig } from '../cluster-config.ts'
import type { CommandContext } from '../command-context.ts'
import { consumerKey } from '../consumer-key.ts'
import type { Endpoints } from '../endpoints-file.ts'
import { UsageError } from '../usage-error.ts'
import { routeReport } from '../route-report.ts'
import { askGateway, readEndpoints } from '../running-gateway.ts'

/** Asks a running gateway where a call would go, and prints the answer; no provider is called. */
export async function explainRoute(context: CommandContext): Promise<void> {
  const { options, signal, print } = context
  const { call } = options
  const endpoints = readEndpoints(options.dataDir)
  const url = call.url ?? endpoints?.gateway
  if (url === undefined) {
    throw new UsageError(
      `no gateway is known: ${options.dataDir} has no endpoints.json; start fairlead up, or give --url`,
    )
  }
  const answer = await askGateway(
    {
      url,
      path: '/v1/route',
      body: { ...bodyIn(call.file), ...(call.model === undefined ? {} : { model: call.model }) },
      headers: call.headers,
      apiKey: await apiKeyFor(context, endpoints),
    },
    signal,
  )
  const isJson = call.output === 'json'
  print(isJson ? `${JSON.stringify(answer, null, 2)}\n` : routeReport(answer as RouteExplanation))
}

/** The key of --consumer, the one that is given, or that of the quickstart. */
async function apiKeyFor(
  { environment, options, signal }: CommandContext,
  endpoints: Endpoints | undefined,
): Promise<string | undefined> {
  const { apiKey, consumer, url } = options.call
  if (consumer === undefined) {
    return apiKey ?? (url === undefined ? (endpoints?.apiKey ?? undefined) : undefined)
  }
  const kubeconfig = options.kubeconfig ?? endpoints?.kubeconfig
  const client = createClient(clusterConfig({ kubeconfig }, environment))
  try {
    return await consumerKey(consumer, client, systemClock.now(), signal)
  } finally {
    await client.close()
  }
}

function bodyIn(file: string | undefined): object {
  if (file === undefined) return {}
  let body: unknown
  try {
    body = parseJson(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(
      `--file ${file}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  if (isJsonObject(body)) return body
  throw new UsageError(`--file ${file}: expected the JSON object of a chat completion`)
}
