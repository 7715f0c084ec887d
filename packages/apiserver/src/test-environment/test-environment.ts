import { systemClock } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import {
  type AddedUser,
  type AddedUserOptions,
  type ApiServer,
  type ApiServerOptions,
  startApiServer,
} from '../api-server.ts'
import { Faults } from './faults.ts'
import { installObject, removeObject } from './installed-objects.ts'
import { type ManifestSource, readManifests } from './manifests.ts'
import { type RequestObserver, RequestObservers } from './request-observers.ts'
import {
  calledAt,
  openWebhookEndpoint,
  type WebhookEndpoint,
  type WebhookEndpointOptions,
} from './webhook-endpoint.ts'

/** What a test starts with. Settings of the server itself have their own defaults. */
export interface TestEnvironmentOptions extends Omit<
  ApiServerOptions,
  'intercept' | 'serving' | 'localWebhooks'
> {
  /** CustomResourceDefinitions, which are installed first. Of files, other objects are left out. */
  readonly crds?: readonly ManifestSource[]
  /** Other objects, installed in this order, each as created or replaced. */
  readonly objects?: readonly ManifestSource[]
  /**
   * Where the operator under test serves webhooks. With it, webhook configurations and conversions
   * that are installed through this environment call that endpoint in place of a Service.
   */
  readonly webhooks?: WebhookEndpointOptions & {
    /** Webhook configurations, installed after the CRDs. Of files, other objects are left out. */
    readonly configurations?: readonly ManifestSource[]
  }
}

/**
 * A Kubernetes API for one test: an API server in this process, in memory, on a free port, with what
 * the test needs in it, and with faults on demand. Stop it at the end, or declare it with
 * `await using`.
 */
export class TestEnvironment implements AsyncDisposable {
  readonly server: ApiServer
  /** What goes wrong; nothing, until something is injected. */
  readonly faults: Faults
  /** Where the operator is to serve its webhooks; undefined without `webhooks` in the options. */
  readonly webhooks: WebhookEndpoint | undefined
  readonly #undo: AsyncDisposableStack
  readonly #answers: WebhookAnswers
  readonly #observers: RequestObservers

  private constructor(parts: {
    readonly server: ApiServer
    readonly faults: Faults
    readonly webhooks: WebhookEndpoint | undefined
    readonly undo: AsyncDisposableStack
    readonly answers: WebhookAnswers
    readonly observers: RequestObservers
  }) {
    this.server = parts.server
    this.faults = parts.faults
    this.webhooks = parts.webhooks
    this.#undo = parts.undo
    this.#answers = parts.answers
    this.#observers = parts.observers
  }

  /**
   * Starts the server and installs what the options name.
   * @throws an Error for a manifest that cannot be read, StatusError for one that is refused; by
   * then everything has stopped again
   */
  static async start(options: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
    const { crds = [], objects = [], webhooks: hooks, ...serverOptions } = options
    const clock = options.clock ?? systemClock
    await using undo = new AsyncDisposableStack()
    const faults = new Faults(clock)
    const webhooks = hooks && undo.use(await openWebhookEndpoint(hooks, () => clock.now()))
    const answers: WebhookAnswers = {}
    const observers = new RequestObservers()
    const server = await startApiServer({
      ...serverOptions,
      intercept: observers.around(faults.intercept),
      localWebhooks: ({ path }, review) => answers.current?.(path || '/', review),
    })
    undo.defer(() => server.stop())
    undo.defer(() => faults.stop())
    const parts = { server, faults, webhooks, answers, observers }
    const environment = new TestEnvironment({ ...parts, undo: new AsyncDisposableStack() })
    await environment.install(...only(/^CustomResourceDefinition$/, crds))
    await environment.install(...only(/WebhookConfiguration$/, hooks?.configurations ?? []))
    await environment.install(...objects)
    environment.#undo.use(undo.move())
    return environment
  }

  /**
   * From now on, webhooks of Services are answered here, without a connection and without
   * certificates: the API server gives the path and the review, as for
   * `(path, review) => manager.webhooks.review(path, review)`. Undefined ends it.
   */
  answerWebhooks(answer: WebhookAnswer | undefined): void {
    this.#answers.current = answer
  }

  /**
   * Tells of each request that comes over a connection and is allowed, once it is answered; what it
   * returns ends that.
   */
  onRequest(observer: RequestObserver): () => void {
    return this.#observers.add(observer)
  }

  /** `https://host:port` */
  get url(): string {
    return this.server.url
  }

  /** A kubeconfig (YAML) of a user who is allowed everything. */
  kubeconfig(): string {
    return this.server.kubeconfig()
  }

  /** A user of this name and these groups; what they may do, roles and bindings say. */
  addUser(user: AddedUserOptions): AddedUser {
    return this.server.addUser(user)
  }

  /**
   * Installs objects, in this order: each is created, or replaces the one that is there. Resolves
   * to what the server made of them.
   * @throws StatusError as the API answers
   */
  async install(...sources: readonly ManifestSource[]): Promise<KubernetesObject[]> {
    const installed: KubernetesObject[] = []
    for (const object of readManifests(sources)) {
      const called = this.webhooks === undefined ? object : calledAt(this.webhooks, object)
      installed.push(await installObject(this.server.request, called))
    }
    return installed
  }

  /** Deletes objects, the last first; those that are gone count as deleted. */
  async remove(...sources: readonly ManifestSource[]): Promise<void> {
    for (const object of readManifests(sources).toReversed()) {
      await removeObject(this.server.request, object)
    }
  }

  /** Lets go of what faults hold, ends watches and connections, and forgets everything. */
  async stop(): Promise<void> {
    await this.#undo.disposeAsync()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** What a webhook says to a review that was sent to a path. */
type WebhookAnswer = (path: string, review: object) => Promise<object>

interface WebhookAnswers {
  current?: WebhookAnswer | undefined
}

/** Objects of these kinds: a directory of a project often has others beside them. */
function only(kinds: RegExp, sources: readonly ManifestSource[]): KubernetesObject[] {
  return readManifests(sources).filter(({ kind }) => kinds.test(kind))
}
