import type { Authorizer } from '../auth/authorizer.ts'
import { requireAccess } from '../auth/forbidden.ts'
import type { DiscoveryHandler } from '../discovery/discovery-handler.ts'
import type { ApiRequest, RequestHead } from '../exchange/api-request.ts'
import { documentResponse, pageNotFound, type Handled } from '../exchange/api-response.ts'
import { requireProduced } from '../exchange/require-produced.ts'
import type { FlowSchemas } from '../flow-control/flow-schemas.ts'
import type { OpenApiHandler } from '../openapi/openapi-handler.ts'
import type { StorageHealth } from '../storage/storage-health.ts'
import { healthResponse } from './health.ts'
import { isConnectRequest } from './long-running.ts'
import type { MetricsHandler } from './metrics-handler.ts'
import type { OpenIdHandler } from './openid-handler.ts'
import { accessOf } from './request-access.ts'
import type { RequestMeter } from './request-meter.ts'
import { parseResourcePath, type ResourcePath } from './request-path.ts'
import type { ResourceHandler } from './resource-handler.ts'

/** The content of `/version`; kubectl adapts its behaviour to it. */
const serverVersion = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.13+fairlead',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
} as const

/** What needs no permission, as by default of kube-apiserver's `--authorization-always-allow-paths`. */
const alwaysAllowedPaths: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz'])

/** What answers requests, each a part of the paths. */
export interface ApiHandlers {
  readonly discovery: DiscoveryHandler
  readonly openApi: OpenApiHandler
  readonly openId: OpenIdHandler
  readonly resources: ResourceHandler
  readonly authorizer: Authorizer
  readonly meter: RequestMeter
  readonly metrics: MetricsHandler
  readonly storageHealth: StorageHealth
  readonly flows: FlowSchemas
}

/** Decides on every request, and routes it. */
export class ApiHandler {
  readonly #handlers: ApiHandlers

  constructor(handlers: ApiHandlers) {
    this.#handlers = handlers
  }

  /** To be asked before the body is read. @throws StatusError 403 */
  readonly authorize = (request: RequestHead): void => {
    if (alwaysAllowedPaths.has(request.path)) return
    const access = accessOf(request, parseResourcePath(request.path))
    requireAccess(this.#handlers.authorizer, request.user, access)
  }

  /** How the answer tells of the flow that a request is of; nothing for a connection to what runs. */
  readonly flowHeaders = (request: RequestHead): Readonly<Record<string, string>> => {
    const path = parseResourcePath(request.path)
    if (path !== undefined && isConnectRequest(path)) return {}
    const flow = this.#handlers.flows.flowOf(request.user, accessOf(request, path))
    if (flow === undefined) return {}
    return {
      'x-kubernetes-pf-flowschema-uid': flow.schemaUid,
      'x-kubernetes-pf-prioritylevel-uid': flow.levelUid,
    }
  }

  /** Answers a request that is authorized. */
  readonly handle = (request: ApiRequest): Handled | Promise<Handled> => {
    if (request.path.startsWith('//')) return pageNotFound()
    const path = parseResourcePath(request.path)
    return this.#handlers.meter.measure(request, path, () => this.#route(request, path))
  }

  #route(request: ApiRequest, path: ResourcePath | undefined): Handled | Promise<Handled> {
    if (path !== undefined) return this.#handlers.resources.handle(request, path)
    const { discovery, openApi, openId, metrics } = this.#handlers
    return (
      versionResponse(request) ??
      healthResponse(request.path, request.query, () => this.#handlers.storageHealth.problem()) ??
      metrics.handle(request) ??
      discovery.handle(request) ??
      openApi.handle(request) ??
      openId.handle(request) ??
      pageNotFound()
    )
  }
}

/** @throws StatusError 406 */
function versionResponse({ path, accept }: ApiRequest): Handled | undefined {
  if (path !== '/version' && path !== '/version/') return undefined
  requireProduced(accept, ['application/json'])
  return documentResponse(200, serverVersion)
}
