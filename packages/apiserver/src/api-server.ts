import { join } from 'node:path'

import {
  type Clock,
  type Logger,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
} from '@fairlead/base'
import { AdmissionExpressions, type KubernetesObject } from '@fairlead/kube-core'
import type { KeyAndCertificate } from '@fairlead/pki'

import {
  type AccessControl,
  type AccessControlOptions,
  openAccessControl,
} from './access-control.ts'
import { createAdmission } from './admission-plugins/admission-plugins.ts'
import type { PluginChoice } from './admission-plugins/plugin-choice.ts'
import { Authenticator } from './auth/authenticator.ts'
import { ensureBootstrapObjects } from './bootstrap/ensure-bootstrap-objects.ts'
import { ensureKubernetesService } from './bootstrap/kubernetes-service.ts'
import { CertificateSigner } from './controllers/certificate-signer.ts'
import { ClusterRoleAggregation } from './controllers/cluster-role-aggregation.ts'
import { EventExpiry } from './controllers/event-expiry.ts'
import { GarbageCollector } from './controllers/garbage-collector.ts'
import { NamespaceController } from './controllers/namespace-controller.ts'
import { NamespaceObjects } from './controllers/namespace-objects.ts'
import type { StagePace } from './controllers/stages/shared/pace.ts'
import { Stages } from './controllers/stages/stages.ts'
import { builtInKinds } from './core-kinds/built-in-kinds.ts'
import { PolicyTypeCheck } from './controllers/policy-type-check.ts'
import { QuotaUsage } from './controllers/quota-usage.ts'
import { StorageProtection } from './controllers/storage-protection.ts'
import { DefinitionController } from './crds/definition-controller.ts'
import { DiscoveryHandler } from './discovery/discovery-handler.ts'
import { type FeatureOptions, serverFeatures } from './features/server-features.ts'
import type { RequestInterceptor } from './exchange/request-interceptor.ts'
import { FlowSchemas } from './flow-control/flow-schemas.ts'
import { ApiHandler, type ApiHandlers } from './http/api-handler.ts'
import { CertificateRenewal } from './http/certificate-renewal.ts'
import { healthPaths } from './http/health.ts'
import { HttpServer } from './http/http-server.ts'
import { RequestsInFlight } from './http/in-flight.ts'
import { type LocalRequest, localRequests } from './http/local-requests.ts'
import { OpenIdHandler } from './http/openid-handler.ts'
import type { RequestedChange } from './http/request-changes.ts'
import { withDeadline } from './http/request-deadline.ts'
import { RequestMeter } from './http/request-meter.ts'
import { kubeletRequests } from './http/kubelet-request.ts'
import { ResourceHandler } from './http/resource-handler.ts'
import { bindPod } from './http/pod-binding.ts'
import { evictPod } from './http/pod-eviction.ts'
import { handleScale } from './http/scale-request.ts'
import { type Subresource, SubresourceHandler } from './http/subresource-handler.ts'
import { createToken } from './http/token-request.ts'
import { metricsOfServer } from './metrics-of-server.ts'
import { RequestMetrics } from './metrics/request-metrics.ts'
import { OpenApiHandler } from './openapi/openapi-handler.ts'
import { Registry } from './resources/registry.ts'
import type { ResourceContext } from './resources/resource-context.ts'
import { RevisionWaits } from './resources/revision-waits.ts'
import { type CredentialOptions, reachable, ServerCredentials } from './server-credentials.ts'
import type { HistoryLimits } from './storage/change-history.ts'
import { makeDataDirectory } from './storage/data-directory.ts'
import { memoryJournal } from './storage/journal.ts'
import { JournaledStorage } from './storage/journaled-storage.ts'
import type { Storage } from './storage/storage.ts'
import { StorageHealth } from './storage/storage-health.ts'
import { SqliteJournal } from './storage/sqlite-journal.ts'
import type { WebhookService } from './webhooks/client-config.ts'
import type { ServiceAddress, ServiceResolver } from './webhooks/service-resolver.ts'
import { storedServices } from './webhooks/stored-services.ts'
import type { LocalWebhooks } from './webhooks/local-webhooks.ts'
import { WebhookClient } from './webhooks/webhook-client.ts'

export interface ApiServerOptions extends AccessControlOptions, CredentialOptions, FeatureOptions {
  /** Defaults to 0, which picks a free port. */
  readonly port?: number
  /** Address to listen on. Defaults to 127.0.0.1. */
  readonly host?: string
  /**
   * Directory for objects and credentials; when absent they are kept in memory and lost on `stop`.
   */
  readonly dataDir?: string
  /** Also limits how long `stop` waits for requests in progress. Defaults to the system clock. */
  readonly clock?: Clock
  /** Defaults to `Math.random`. */
  readonly random?: Random
  /** Defaults to no logging. */
  readonly logger?: Logger
  /** What is kept of the past for watches that reconnect; the defaults are `watchHistoryDefaults`. */
  readonly watchHistory?: Partial<HistoryLimits>
  /**
   * Whether deleted namespaces are emptied, dependents are collected, roles are aggregated,
   * certificates are signed, unused volumes are let go and quotas are counted, which in a cluster
   * kube-controller-manager does and in envtest nobody. Defaults to true.
   */
  readonly controllers?: boolean
  /**
   * Which admission plugins are on, as kube-apiserver's `--enable-admission-plugins` and
   * `--disable-admission-plugins`. Defaults to those of envtest: all but ServiceAccount.
   */
  readonly admission?: PluginChoice
  /**
   * Whether every namespace has the ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`, as
   * in a cluster. Defaults to false, as in envtest.
   */
  readonly namespaceObjects?: boolean
  /**
   * Whether workloads are carried to their steady state: Deployments get ReplicaSets, those get Pods,
   * and Pods become ready, although nothing runs. True is at once; a pace says how long it takes.
   * Defaults to false.
   */
  readonly stages?: boolean | StagePace
  /**
   * Where Services that webhooks name can be reached; undefined for one that cannot. By default none
   * can, but those of type ExternalName. Must not throw.
   */
  readonly serviceResolver?: (service: WebhookService) => ServiceAddress | undefined
  /** Answers webhooks of Services in this process, without a connection. */
  readonly localWebhooks?: LocalWebhooks
  /** Told of every change of an object that a request makes, and who made it. Must not throw. */
  readonly onChange?: (change: RequestedChange) => void
  /**
   * What to warn of whoever has created, updated or patched this object, as it was stored; sent as
   * Warning headers, which kubectl prints. Must not throw.
   */
  readonly warningsOf?: (object: KubernetesObject) => readonly string[]
  /** Stands before every request that comes over a connection. Defaults to nothing. */
  readonly intercept?: RequestInterceptor
}

/** A user to add: as of whom and in which groups he acts. */
export interface AddedUserOptions {
  readonly name: string
  /** Defaults to none; `system:authenticated` comes by itself. */
  readonly groups?: readonly string[]
}

/** How an added user identifies himself: by certificate or by token. */
export interface AddedUser extends KeyAndCertificate {
  readonly name: string
  readonly groups: readonly string[]
  /** A kubeconfig (YAML) with an embedded client certificate. */
  readonly kubeconfig: string
  readonly token: string
}

export interface ApiServer {
  /** `https://host:port` */
  readonly url: string
  /** PEM of the CA that signed the server's certificate; with `serving`, of what it serves with. */
  readonly caCertificate: string
  /** Bearer token of a user who is allowed everything. */
  readonly adminToken: string
  /** A kubeconfig (YAML) with an embedded client certificate. */
  kubeconfig(user?: 'admin'): string
  /** Makes a request in this process, without a connection; `intercept` does not see it. */
  readonly request: LocalRequest
  /**
   * A user with a client certificate and a bearer token, both valid until the server stops; what the
   * user may do, roles and bindings say. As AddUser of Go's envtest.
   */
  addUser(user: AddedUserOptions): AddedUser
  /**
   * Compacts the change history: watches and paged lists that continue from an earlier revision are
   * answered with 410. For tests of that case.
   */
  compact(): void
  /** Ends watches and connections, then closes the storage. */
  stop(): Promise<void>
}

/** 10 000 changes of up to 32 MiB, and of each kind up to 8 MiB. */
const watchHistoryDefaults: HistoryLimits = {
  changes: 10_000,
  bytes: 32 * 1024 * 1024,
  bytesPerResource: 8 * 1024 * 1024,
}

/**
 * Starts a Kubernetes API server in this process.
 * @throws when the port is taken, or the data directory cannot be written to or is another server's
 */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const host = options.host ?? '127.0.0.1'
  const clock = options.clock ?? systemClock
  const logger = options.logger ?? silentLogger
  const features = serverFeatures(options, logger)
  if (options.dataDir !== undefined) makeDataDirectory(options.dataDir)
  const credentials = new ServerCredentials(options.dataDir, options, () => clock.now())
  const { adminToken, caCertificate, clientAuthorities, files, pki } = credentials
  const storage = openStorage(options)
  const controllers: { stop(): void }[] = []
  const release = (): void => {
    for (const controller of controllers) controller.stop()
    storage.close()
  }
  try {
    const expressions = new AdmissionExpressions()
    const registry = new Registry(builtInKinds(expressions, features.optionalVersions))
    const random = options.random ?? systemRandom
    const access = openAccessControl(options, { files, storage, clock }, adminToken)
    controllers.push(access)
    const webhooks = new WebhookClient({
      clock,
      resolveService: serviceResolver(storage, options),
      localWebhooks: options.localWebhooks,
    })
    const plain = { storage, registry, clock, random }
    const admission = createAdmission({
      context: plain,
      access: access.plugins,
      webhooks,
      authorizer: access.authorizer,
      expressions,
      logger,
      choice: options.admission,
      mutatingPolicies: features.mutatingPolicies,
    })
    const context = { ...plain, admission: admission.chain }
    controllers.push(admission, { stop: () => webhooks.close() })
    ensureBootstrapObjects(context, clientAuthorities)
    controllers.push(
      new DefinitionController(context, webhooks, logger),
      ...(options.controllers === false
        ? []
        : [
            new NamespaceController(context, logger),
            new GarbageCollector(context, logger),
            new ClusterRoleAggregation(context, logger),
            new CertificateSigner(context, pki, logger),
            new StorageProtection(context, logger),
            new QuotaUsage(context, logger),
            new PolicyTypeCheck(context, expressions, logger),
          ]),
      ...(options.namespaceObjects === true
        ? [new NamespaceObjects(context, logger, caCertificate)]
        : []),
      new EventExpiry(context),
    )
    const address = { url: '' }
    const inFlight = new RequestsInFlight()
    const requests = new RequestMetrics()
    const waits = new RevisionWaits(storage, clock)
    const flows = new FlowSchemas(storage)
    controllers.push(waits, flows)
    const handlers = {
      waits,
      flows,
      storageHealth: new StorageHealth(storage, clock, logger),
      meter: new RequestMeter(requests, registry, clock),
      metrics: metricsOfServer({ requests, inFlight, registry, storage, clock }),
    }
    const api = apiHandler(context, access, handlers, () => address.url, options)
    const handle = withDeadline(api.handle, clock)
    const { intercept } = options
    const identity = credentials.identity(host)
    const server = new HttpServer({
      identity,
      clientAuthorities,
      authenticator: new Authenticator(access.tokens, {
        now: () => clock.now(),
        anonymous: options.anonymous ?? true,
      }),
      authorizer: access.authorizer,
      logger,
      clock,
      inFlight,
      authorize: api.authorize,
      flowHeaders: api.flowHeaders,
      handle: intercept ? (request) => intercept(request, () => handle(request)) : handle,
    })
    controllers.push(
      new CertificateRenewal(
        clock,
        { served: identity, current: () => credentials.identity(host) },
        server,
      ),
    )
    const port = await server.listen(host, options.port ?? 0)
    address.url = `https://${reachable(host)}:${port}`
    const { url } = address
    ensureKubernetesService(context, { address: reachable(host), port })
    const { stages = false } = options
    if (stages !== false) {
      const pace = stages === true ? {} : stages
      controllers.push(new Stages(context, pace, logger))
    }
    return {
      url,
      caCertificate,
      adminToken,
      kubeconfig: (userName = 'admin') => credentials.adminKubeconfig(url, userName),
      request: localRequests((request) => {
        api.authorize(request)
        return handle(request)
      }),
      addUser({ name, groups = [] }) {
        const certified = credentials.userIdentity({ name, groups })
        const kubeconfig = credentials.userKubeconfig(url, name, certified)
        return { ...certified, name, groups, kubeconfig, token: access.addToken({ name, groups }) }
      },
      compact: () => storage.compact(),
      async stop() {
        waits.stop()
        await server.close()
        release()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

interface ServerParts extends Pick<ApiHandlers, 'meter' | 'metrics' | 'storageHealth' | 'flows'> {
  readonly waits: RevisionWaits
}

function apiHandler(
  context: ResourceContext,
  { authorizer, tokens, accounts }: AccessControl,
  { waits, ...others }: ServerParts,
  url: () => string,
  { onChange, warningsOf }: Pick<ApiServerOptions, 'onChange' | 'warningsOf'>,
): ApiHandler {
  const subresources = new SubresourceHandler(
    new Map<string, Subresource>([
      ['pods/binding', bindPod],
      ['pods/eviction', evictPod],
      ['serviceaccounts/token', (...asked) => createToken(accounts, ...asked)],
      ['*/scale', handleScale],
      ...kubeletRequests,
    ]),
  )
  const reviews = { authorizer, tokens }
  return new ApiHandler({
    ...others,
    authorizer,
    discovery: new DiscoveryHandler(context.registry, healthPaths),
    openApi: new OpenApiHandler(context.registry),
    openId: new OpenIdHandler(accounts, url),
    resources: new ResourceHandler(context, waits, subresources, reviews, { onChange, warningsOf }),
  })
}

function openStorage({ dataDir, watchHistory }: ApiServerOptions): JournaledStorage {
  const journal =
    dataDir === undefined ? memoryJournal() : new SqliteJournal(join(dataDir, 'objects.db'))
  return new JournaledStorage({ journal, history: { ...watchHistoryDefaults, ...watchHistory } })
}

function serviceResolver(
  storage: Storage,
  { serviceResolver: resolve }: ApiServerOptions,
): ServiceResolver {
  const stored = storedServices(storage)
  return (service) => resolve?.(service) ?? stored(service)
}
