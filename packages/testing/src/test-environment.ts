import { type Clock, silentLogger, systemClock } from '@fairlead/base'
import {
  type Faults,
  openWebhookEndpoint,
  type TestEnvironment as ApiServerEnvironment,
  type WebhookEndpoint,
} from '@fairlead/apiserver/testing'
import {
  type Client,
  createClient,
  type DeepReadonly,
  type KeyOf,
  type KubeConfig,
  type Manager,
} from '@fairlead/controller-runtime'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'

import type { InProcessOptions } from './servers/in-process-server.ts'
import type { ProcessEnvironment } from './servers/process-environment.ts'
import { openServer, type ServerChoice } from './servers/open-server.ts'
import type { TestServer } from './servers/test-server.ts'
import { type InstallSource, objectsOf } from './install-source.ts'
import { RunningManagers, type TestManagerOptions } from './running-managers.ts'
import { addTestUser, type TestUser, type TestUserOptions } from './test-user.ts'
import { type Condition, waitFor, waitForDeletion, type WaitOptions } from './waiting/wait-for.ts'

/** What a test of an operator starts with. `Name` are the names of the users. */
export interface TestEnvironmentOptions<Name extends string = never> {
  /**
   * Definitions, installed first: what `defineResource` or `defineVersions` returned, manifests, or
   * paths of files and directories, in which other objects are left out.
   */
  readonly crds?: readonly InstallSource[]
  /** Other objects, installed in this order, each as created or replaced. */
  readonly objects?: readonly InstallSource[]
  /** Users by name, each with what they may do in all namespaces. */
  readonly users?: Readonly<Record<Name, TestUserOptions>>
  /**
   * Which API server. Defaults to an existing cluster if USE_EXISTING_CLUSTER is `true`, else to the
   * programs in KUBEBUILDER_ASSETS if that is set, else to one in this process.
   */
  readonly server?: ServerChoice
  /** Of the API server in this process, and of managers that have no other. */
  readonly clock?: Clock
  /** Options of the API server in this process; refused with any other. */
  readonly apiServer?: InProcessOptions
  /** Defaults to `process.env`. */
  readonly env?: ProcessEnvironment
}

/**
 * A Kubernetes API for tests of an operator, with clients, users and managers that run until it stops.
 * Declare it with `await using`, or call `stop`.
 */
export class TestEnvironment<Name extends string = never> implements AsyncDisposable {
  /** Of a user who is allowed everything; its writes are no manager's. */
  readonly client: Client
  /** How that user reaches the API server. */
  readonly config: KubeConfig
  readonly users: Readonly<Record<Name, TestUser>>
  readonly #server: TestServer
  readonly #managers: RunningManagers
  readonly #undo: AsyncDisposableStack

  private constructor(parts: {
    readonly server: TestServer
    readonly client: Client
    readonly users: Readonly<Record<Name, TestUser>>
    readonly managers: RunningManagers
    readonly undo: AsyncDisposableStack
  }) {
    this.#server = parts.server
    this.config = parts.server.config
    this.client = parts.client
    this.users = parts.users
    this.#managers = parts.managers
    this.#undo = parts.undo
  }

  /**
   * Starts or finds the API server, and installs what the options name.
   * @throws an Error for a manifest that cannot be read, StatusError for one that is refused; by then
   * everything has stopped again
   */
  static async start<Name extends string = never>(
    options: TestEnvironmentOptions<Name> = {},
  ): Promise<TestEnvironment<Name>> {
    const { clock = systemClock, crds = [], objects = [] } = options
    await using undo = new AsyncDisposableStack()
    const server = undo.use(await openServer(options))
    const client = createClient(server.config, { logger: silentLogger })
    undo.defer(() => client.close())
    let endpoint: WebhookEndpoint | undefined
    if (server.inProcess === undefined) {
      endpoint = undo.use(await openWebhookEndpoint({}, () => systemClock.now()))
    }
    const users = {} as Record<Name, TestUser>
    for (const [name, user] of Object.entries<TestUserOptions>(options.users ?? {})) {
      users[name as Name] = undo.use(await addTestUser(server, name, user))
    }
    for (const crd of objectsOf(crds)) {
      if (crd.kind === 'CustomResourceDefinition') await server.install(crd)
    }
    for (const object of objectsOf(objects)) await server.install(object)
    const managers = undo.use(new RunningManagers({ server, clock, endpoint }))
    return new TestEnvironment({ server, client, users, managers, undo: undo.move() })
  }

  /**
   * The API server in this process: its faults, requests, history.
   * @throws an Error when the API server is another
   */
  get apiServer(): ApiServerEnvironment {
    const { inProcess, name } = this.#server
    if (inProcess !== undefined) return inProcess
    throw new Error(
      `${name} is not in this process, so that no test can reach into it: let this test choose server: 'in-process'`,
    )
  }

  /** What goes wrong with requests. @throws an Error when the API server is not in this process */
  get faults(): Faults {
    return this.apiServer.faults
  }

  /** A kubeconfig (YAML) of the user who is allowed everything, for kubectl. */
  kubeconfig(): string {
    return this.#server.kubeconfig()
  }

  /**
   * Starts a manager with what `setup` declares on it, and resolves when its controllers run; with
   * leader election at once. Its webhooks are called without a socket and without certificates where
   * the API server is in this process, else at a port of this machine. It stops with the environment,
   * and what it then failed with is what `stop` rejects with.
   */
  manager(setup: (manager: Manager) => void, options: TestManagerOptions = {}): Promise<Manager> {
    return this.#managers.start(setup, options)
  }

  /** Stops a manager of this environment before its end; rejects if it has failed. */
  stopManager(manager: Manager): Promise<void> {
    return this.#managers.stop(manager)
  }

  /** Installs objects, in this order: each is created, or replaces the one that is there. */
  async install(...sources: readonly InstallSource[]): Promise<void> {
    for (const object of objectsOf(sources)) await this.#server.install(object)
  }

  /** Deletes objects, the last first; those that are gone count as deleted. */
  async remove(...sources: readonly InstallSource[]): Promise<void> {
    for (const object of objectsOf(sources).toReversed()) await this.#server.remove(object)
  }

  /** `waitFor` with the environment's client. */
  waitFor<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    condition?: Condition<DeepReadonly<NoInfer<T>>>,
    options?: WaitOptions,
  ): Promise<DeepReadonly<T>> {
    return waitFor(this.client, type, key, condition, options)
  }

  /** `waitForDeletion` with the environment's client. */
  waitForDeletion<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    options?: WaitOptions,
  ): Promise<void> {
    return waitForDeletion(this.client, type, key, options)
  }

  /**
   * Stops the managers, and the API server unless it was there before. Of an existing cluster, roles of
   * users and webhook configurations are removed, and what was installed stays.
   */
  async stop(): Promise<void> {
    await this.#undo.disposeAsync()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
