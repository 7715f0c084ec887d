import { sleep, systemClock } from '@fairlead/base'
import type { SeededRandom } from '@fairlead/base/testing'
import type { coreV1 } from '@fairlead/kube-types'
import { startCommand, type Command } from '../support/command.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Service } from './service.ts'

/** How long it takes until everybody has heard that an endpoint came or left. */
const endpointDelayMs = { min: 1_000, max: 2_000 }

interface PodOptions {
  readonly name: string
  readonly template: coreV1.PodTemplateSpec
  /** Flags with which it runs on this machine, in place of those of the template. */
  readonly here: Readonly<Record<string, string>>
  readonly service: Service
  readonly random: SeededRandom
}

/** A gateway started as its Pod's template says, which the service knows while it is ready. */
export class Pod implements AsyncDisposable {
  readonly name: string
  readonly command: Command
  readonly url: string
  readonly #options: PodOptions
  #graceIsOver = false

  private constructor(options: PodOptions, command: Command, url: string) {
    this.name = options.name
    this.command = command
    this.url = url
    this.#options = options
  }

  /** Resolves once it is an endpoint. */
  static async start(options: PodOptions): Promise<Pod> {
    const [container] = options.template.spec?.containers ?? []
    const given = (container?.args ?? []).filter(
      (arg) => options.here[arg.split('=')[0] ?? ''] === undefined,
    )
    const here = Object.entries(options.here).map(([flag, value]) => `${flag}=${value}`)
    const command = startCommand([...given, ...here], { FAIRLEAD_REPLICA: options.name })
    const admin = await command.prints(/Metrics and probes at (\S+)/)
    const pod = new Pod(options, command, await command.prints(/The gateway listens at (\S+)/))
    const path = container?.readinessProbe?.httpGet?.path ?? ''
    await waitFor('readiness', async () => (await fetch(`${admin}${path}`)).ok, 60_000)
    await pod.#untilHeard()
    options.service.add(pod.url)
    return pod
  }

  /** As a kubelet does, at the moment at which the Pod is deleted. Resolves to the exit code. */
  async terminate(): Promise<number | null> {
    const { template, service } = this.#options
    const { terminationGracePeriodSeconds = 30, containers } = template.spec ?? {}
    const preStopSeconds = containers?.[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0
    void this.#untilHeard().then(() => service.remove(this.url))
    const grace = systemClock.setTimer(terminationGracePeriodSeconds * 1000, () => {
      this.#graceIsOver = true
      this.command.kill('SIGKILL')
    })
    await sleep(systemClock, preStopSeconds * 1000)
    this.command.kill('SIGTERM')
    const code = await this.command.ended
    grace.cancel()
    return code
  }

  /** Whether it had to be killed. */
  get graceIsOver(): boolean {
    return this.#graceIsOver
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.command[Symbol.asyncDispose]()
  }

  #untilHeard(): Promise<void> {
    const { min, max } = endpointDelayMs
    return sleep(systemClock, min + this.#options.random.below(max - min))
  }
}
