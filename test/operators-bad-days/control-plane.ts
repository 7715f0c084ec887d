import { join } from 'node:path'
import { silentLogger } from '@fairlead/base'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import { type Command, startCommand } from '../support/command.ts'
import { waitFor } from '../support/wait-for.ts'

interface Operator {
  readonly command: Command
  /** URL of its admin port. */
  readonly admin: string
}

/** An API server whose objects are on disk, and two operators of which one leads: processes. */
export class ControlPlane implements AsyncDisposable {
  readonly client: ReturnType<typeof createClient>
  readonly #folder: string
  readonly #port: string
  readonly #kubeconfig: string
  #server: Command
  #operators: readonly Operator[] = []

  private constructor(folder: string, server: Command, kubeconfig: string) {
    this.#folder = folder
    this.#server = server
    this.#kubeconfig = kubeconfig
    const config = loadKubeConfig({ file: kubeconfig })
    this.#port = new URL(config.server).port
    this.client = createClient(config, { logger: silentLogger })
  }

  static async start(folder: string): Promise<ControlPlane> {
    const server = startServer(folder, '0')
    const kubeconfig = await server.prints(/export KUBECONFIG=(\S+)/)
    const plane = new ControlPlane(folder, server, kubeconfig)
    plane.#operators = [await plane.#startOperator(), await plane.#startOperator()]
    await plane.leader()
    return plane
  }

  /** The operator that leads. */
  leader(): Promise<Operator> {
    return waitFor(
      'a leader',
      async () => {
        for (const operator of this.#operators) {
          const metrics = await (await fetch(`${operator.admin}/metrics`)).text()
          if (/^leader_election_master_status\{[^}]*\} 1$/m.test(metrics)) return operator
        }
        return undefined
      },
      60_000,
    )
  }

  /** kill -9 of the leader; another process takes its place, as with a Deployment. */
  async killLeader(): Promise<void> {
    const leader = await this.leader()
    leader.command.kill('SIGKILL')
    await leader.command.ended
    const others = this.#operators.filter((operator) => operator !== leader)
    this.#operators = others
    await this.leader()
    this.#operators = [...others, await this.#startOperator()]
  }

  /** Stops the leader as a Deployment that is updated does. */
  async replaceLeader(): Promise<void> {
    const leader = await this.leader()
    const next = await this.#startOperator()
    this.#operators = [...this.#operators.filter((operator) => operator !== leader), next]
    leader.command.kill('SIGTERM')
    await leader.command.ended
    await this.leader()
  }

  /** Ends the API server and starts it anew, at the same address. */
  async restartServer(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#server.kill(signal)
    await this.#server.ended
    this.#server = startServer(this.#folder, this.#port)
    await this.#server.prints(/export KUBECONFIG=(\S+)/)
  }

  /** The logs of the operators that run. */
  logs(): string {
    return this.#operators.map(({ command }) => command.log()).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close()
    for (const { command } of this.#operators) await command[Symbol.asyncDispose]()
    await this.#server[Symbol.asyncDispose]()
  }

  async #startOperator(): Promise<Operator> {
    const command = startCommand([
      'operator',
      '--kubeconfig',
      this.#kubeconfig,
      '--admin-port',
      '0',
    ])
    return { command, admin: await command.prints(/metrics and probes at (\S+)/) }
  }
}

function startServer(folder: string, port: string): Command {
  return startCommand(['apiserver', '--data-dir', join(folder, 'apiserver'), '--port', port])
}
