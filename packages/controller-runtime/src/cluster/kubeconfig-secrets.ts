import { aborted, consoleLogger, type Logger } from '@fairlead/base'
import { Secret } from '@fairlead/kube-types'
import type { Client } from '../client/client.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import { SharedInformer } from '../informer/shared-informer.ts'
import type { KubeConfig } from '../kube-config/kube-config.ts'
import type { Runnable } from '../runnable.ts'
import { selfContainedConfig } from './self-contained-config.ts'

/** The part of a manager that a provider of clusters uses. */
interface ClusterHost {
  readonly client: Client
  addCluster(name: string, options: { config: KubeConfig; required: boolean }): unknown
  removeCluster(name: string): Promise<void>
}

export interface KubeconfigSecretsOptions {
  /** Where the Secrets are. Whoever can write them decides whom this operator trusts. */
  readonly namespace: string
  /** Which Secrets. Defaults to that of multicluster-runtime. */
  readonly labelSelector?: string
  /** The key of the kubeconfig in a Secret's data. Defaults to `kubeconfig`. */
  readonly key?: string
  /** Defaults to `consoleLogger()`. */
  readonly logger?: Logger
}

const defaultSelector = 'sigs.k8s.io/multicluster-runtime-kubeconfig=true'

/**
 * Adds a cluster to the manager for each Secret with a kubeconfig, under the Secret's name, and
 * removes it with the Secret; a changed kubeconfig adds it anew. One that cannot be used, or that
 * names files or commands, is logged and left out. Every replica has the same clusters.
 */
export class KubeconfigSecrets implements Runnable {
  readonly name = 'kubeconfig-secrets'
  readonly needLeaderElection = false
  readonly #host: ClusterHost
  readonly #options: KubeconfigSecretsOptions
  readonly #logger: Logger
  readonly #informer: SharedInformer<DeepReadonly<Secret>>
  /** The kubeconfig of each Secret whose cluster was added, as it was then. */
  readonly #texts = new Map<string, string>()
  readonly #changed = new Set<string>()
  #turn = Promise.resolve()

  constructor(manager: ClusterHost, options: KubeconfigSecretsOptions) {
    const { namespace, labelSelector = defaultSelector, logger = consoleLogger() } = options
    this.#host = manager
    this.#options = options
    this.#logger = logger
    this.#informer = new SharedInformer<DeepReadonly<Secret>>({
      client: manager.client,
      type: Secret,
      scope: { namespace, labelSelector },
      logger,
    })
  }

  async start(signal: AbortSignal): Promise<void> {
    const changed = ({ metadata }: DeepReadonly<Secret>) => this.#change(metadata.name, signal)
    const forget = this.#informer.onEvent({
      added: changed,
      updated: (_, secret) => changed(secret),
      deleted: changed,
    })
    await Promise.all([this.#informer.start(signal), aborted(signal)])
    forget()
    await this.#turn
  }

  /** One after another, each name once, however often it changes meanwhile. */
  #change(name: string, signal: AbortSignal): void {
    if (this.#changed.has(name)) return
    this.#changed.add(name)
    this.#turn = this.#turn.then(async () => {
      this.#changed.delete(name)
      if (!signal.aborted) await this.#bringAbout(name)
    })
  }

  /** Makes the manager's clusters agree with the Secret as it is now. */
  async #bringAbout(name: string): Promise<void> {
    const { namespace, key = 'kubeconfig' } = this.#options
    const encoded = this.#informer.get({ namespace, name })?.data?.[key]
    if (encoded === this.#texts.get(name)) return
    try {
      // Not one that somebody else has added under that name.
      if (this.#texts.has(name)) await this.#host.removeCluster(name)
      this.#texts.delete(name)
      if (encoded === undefined) return
      const text = Buffer.from(encoded, 'base64').toString()
      const what = `the kubeconfig in the Secret ${namespace}/${name}`
      const config = selfContainedConfig(text, what)
      this.#host.addCluster(name, { config, required: false })
      // Only now: what failed is tried again at the next event of the Secret.
      this.#texts.set(name, encoded)
      this.#logger.info({ cluster: name }, 'a cluster was added')
    } catch (error) {
      this.#logger.error({ err: error, cluster: name }, 'a cluster cannot be added')
    }
  }
}
