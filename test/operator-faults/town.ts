import { TestEnvironment } from '@fairlead/apiserver/testing'
import type { SeededRandom } from '@fairlead/base/testing'
import { type KubernetesObject, secretText, type TypedObject } from '@fairlead/kube-core'
import type { ConfigMap, Secret, ServiceAccount } from '@fairlead/kube-types'
import { BreakableLine } from '../support/breakable-line.ts'
import { badge, shopText } from './shop-operator.ts'
import { Shop, type StoredShop } from './shop.ts'

const namespaces = ['default', 'town']
const shopNames = Array.from({ length: 12 }, (_, index) => `shop-${index}`)
const secretNames = ['red', 'green', 'blue']
/** As much of the past as tests need, so that what is kept does not grow with it. */
const watchHistory = { changes: 500 }
const colours = ['white', 'grey', 'black']

/**
 * An API server that keeps its objects in a directory, a line to it that can break, and shops that
 * change at random. What happens here goes over no connection, and so meets no fault.
 */
export class Town implements AsyncDisposable {
  readonly line: BreakableLine
  readonly #dataDir: string
  #environment: TestEnvironment
  #changes = 0

  private constructor(dataDir: string, environment: TestEnvironment, line: BreakableLine) {
    this.#dataDir = dataDir
    this.#environment = environment
    this.line = line
  }

  static async open(dataDir: string): Promise<Town> {
    const environment = await TestEnvironment.start({
      dataDir,
      watchHistory,
      crds: [Shop.crd],
      objects: namespaces.map((name) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      })),
    })
    return new Town(dataDir, environment, await BreakableLine.open(portOf(environment)))
  }

  get environment(): TestEnvironment {
    return this.#environment
  }

  /** Of a user who is allowed everything, and whose connections go over the line. */
  kubeconfig(): string {
    const { server } = this.#environment
    return server.kubeconfig().replace(server.url, `https://127.0.0.1:${this.line.port}`)
  }

  /** Stops the server. Until `wake`, nothing can be changed. */
  async sleep(): Promise<void> {
    await this.#environment.stop()
  }

  /** Starts the server anew, on another port, with what it had. */
  async wake(): Promise<void> {
    this.#environment = await TestEnvironment.start({ dataDir: this.#dataDir, watchHistory })
    this.line.leadTo(portOf(this.#environment))
  }

  /** Changes something: a shop, a secret, or what the operator made. */
  async change(random: SeededRandom): Promise<void> {
    this.#changes += 1
    const namespace = random.pick(namespaces)
    const name = random.pick(shopNames)
    const metadata = { namespace, name }
    const die = random.below(10)
    if (die < 5) await this.#putShop(metadata, random)
    else if (die < 6) await this.#remove('v1', 'configmaps', namespace, name)
    else if (die < 7) await this.#remove(shopsVersion, 'shops', namespace, name)
    else if (die < 8) await this.#remove('v1', 'serviceaccounts', namespace, name)
    else await this.#putSecret({ namespace, name: random.pick(secretNames) })
  }

  /** What is not as the operator should have made it; undefined if all is. */
  async fault(): Promise<string | undefined> {
    const shops = await this.#list<StoredShop>(shopsVersion, 'shops')
    const secrets = await this.#list<Secret>('v1', 'secrets')
    const maps = await this.#list<ConfigMap>('v1', 'configmaps')
    const accounts = await this.#list<ServiceAccount>('v1', 'serviceaccounts')
    for (const [key, { metadata, spec, status }] of shops) {
      const secret = secrets.get(`${metadata.namespace}/${spec.secret}`)
      const text = shopText(spec.colour, secretText(secret, 'token'))
      const shown = {
        status: status?.text,
        'config map': maps.get(key)?.data?.['text'],
        'service account': accounts.get(key)?.metadata.annotations?.[badge],
      }
      for (const [where, what] of Object.entries(shown)) {
        if (what !== text) return `the ${where} of ${key} says ${what}, not ${text}`
      }
    }
    const orphan = [...maps.keys(), ...accounts.keys()].find((key) => !shops.has(key))
    return orphan === undefined ? undefined : `${orphan} is left of a shop that is gone`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.line[Symbol.asyncDispose]()
    await this.#environment.stop()
  }

  async #putShop(metadata: Metadata, random: SeededRandom): Promise<void> {
    const spec = { colour: random.pick(colours), secret: random.pick(secretNames) }
    await this.#put({ apiVersion: shopsVersion, kind: 'Shop', metadata, spec })
  }

  async #putSecret(metadata: Metadata): Promise<void> {
    const stringData = { token: String(this.#changes) }
    await this.#put({ apiVersion: 'v1', kind: 'Secret', metadata, stringData })
  }

  async #put(object: object): Promise<void> {
    await this.#environment.install(object as KubernetesObject)
  }

  async #remove(version: string, plural: string, namespace: string, name: string): Promise<void> {
    const { request } = this.#environment.server
    const path = `${rootOf(version)}/namespaces/${namespace}/${plural}/${name}`
    await request('DELETE', path).catch(() => {})
  }

  async #list<T extends TypedObject>(version: string, plural: string): Promise<Map<string, T>> {
    const { request } = this.#environment.server
    const { items } = (await request('GET', `${rootOf(version)}/${plural}`)) as { items: T[] }
    const ours = items.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ''))
    return new Map(ours.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]))
  }
}

interface Metadata {
  readonly namespace: string
  readonly name: string
}

const shopsVersion = 'faults.example.com/v1'

function rootOf(version: string): string {
  return version === 'v1' ? '/api/v1' : `/apis/${version}`
}

function portOf({ url }: TestEnvironment): number {
  return Number(new URL(url).port)
}
