import type { Operation, Usage } from '@fairlead/llm'
import type { Registry } from 'prom-client'
import { AttemptMetrics } from './attempt-metrics.ts'
import { ConversationMetrics } from './conversation-metrics.ts'
import { CostMetrics } from './cost-metrics.ts'
import { Counter, type CounterChild } from './counter.ts'
import { KnowledgeMetrics } from './knowledge-metrics.ts'
import { MemoryMetrics } from './memory-metrics.ts'
import { PromptMetrics } from './prompt-metrics.ts'
import { Histogram, type HistogramChild } from './histogram.ts'
import { QuadrupleMap, TripleMap } from './key-map.ts'

/** Bucket boundaries that OpenTelemetry's GenAI conventions recommend for token counts. */
const tokenBuckets = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
]
/** And for durations, in seconds. */
const durationBuckets = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
]
const firstTokenBuckets = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]
const perTokenBuckets = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]
const overheadBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
]

const modelLabels = [
  'provider',
  'gen_ai_operation_name',
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'gen_ai_response_model',
] as const
type ModelLabel = (typeof modelLabels)[number]

/** The meters of all calls with the same labels. */
interface CallMeters {
  tokens(usage: Usage): void
  readonly duration: HistogramChild
  readonly firstToken: HistogramChild
  readonly perOutputToken: HistogramChild
}

/**
 * All metrics of the data plane. Label combinations are resolved once and kept, and found again
 * without making anything new for a call. Values of labels must come from the configuration, never
 * from the caller.
 */
export class GatewayMetrics {
  readonly overhead: HistogramChild
  readonly attempts: AttemptMetrics
  readonly costs: CostMetrics
  readonly conversations: ConversationMetrics
  readonly knowledge: KnowledgeMetrics
  readonly memory: MemoryMetrics
  readonly prompts: PromptMetrics
  readonly #tokens: Histogram<ModelLabel | 'gen_ai_token_type'>
  readonly #duration: Histogram<ModelLabel>
  readonly #firstToken: Histogram<ModelLabel>
  readonly #perOutputToken: Histogram<ModelLabel>
  readonly #requests: Counter<'route' | 'provider' | 'status'>
  readonly #conditionFailures: Counter<'route'>
  readonly #accessRefusals: Counter<'policy' | 'resource' | 'mode'>
  readonly #accessConditionFailures: Counter<'policy'>
  readonly #targets: Counter<'route' | 'target' | 'status'>
  readonly #ownCalls: Counter<'purpose' | 'outcome'>
  /** By operation, then by provider, name of its type, requested model and answering model. */
  readonly #callMeters: Record<
    Operation,
    QuadrupleMap<string, string, string, string, CallMeters>
  > = {
    chat: new QuadrupleMap(),
    embeddings: new QuadrupleMap(),
    moderation: new QuadrupleMap(),
    rerank: new QuadrupleMap(),
  }
  /** By route, provider and class of status. */
  readonly #requestCounters = new TripleMap<string, string, number, CounterChild>()
  /** By route, target and class of status. */
  readonly #targetCounters = new TripleMap<string, string, number, CounterChild>()

  constructor(registry: Registry) {
    this.attempts = new AttemptMetrics(registry)
    this.costs = new CostMetrics(registry)
    this.conversations = new ConversationMetrics(registry)
    this.knowledge = new KnowledgeMetrics(registry)
    this.memory = new MemoryMetrics(registry)
    this.prompts = new PromptMetrics(registry)
    this.#tokens = new Histogram(registry, {
      name: 'gen_ai_client_token_usage',
      help: 'Tokens per model call, by gen_ai_token_type input or output.',
      labelNames: [...modelLabels, 'gen_ai_token_type'],
      buckets: tokenBuckets,
    })
    this.#duration = new Histogram(registry, {
      name: 'gen_ai_server_request_duration',
      help: 'Seconds from the request to the end of the answer.',
      labelNames: modelLabels,
      buckets: durationBuckets,
    })
    this.#firstToken = new Histogram(registry, {
      name: 'gen_ai_server_time_to_first_token',
      help: 'Seconds from the request to the first bytes of the answer.',
      labelNames: modelLabels,
      buckets: firstTokenBuckets,
    })
    this.#perOutputToken = new Histogram(registry, {
      name: 'gen_ai_server_time_per_output_token',
      help: 'Seconds per output token after the first one, of streamed answers.',
      labelNames: modelLabels,
      buckets: perTokenBuckets,
    })
    this.overhead = new Histogram(registry, {
      name: 'fairlead_gateway_overhead_seconds',
      help: 'Seconds spent in the gateway itself before the first byte of the answer.',
      labelNames: [],
      buckets: overheadBuckets,
    }).labels({})
    this.#requests = new Counter(registry, {
      name: 'fairlead_gateway_requests_total',
      help: 'Requests by route, provider and class of status.',
      labelNames: ['route', 'provider', 'status'],
    })
    this.#conditionFailures = new Counter(registry, {
      name: 'fairlead_gateway_condition_failures_total',
      help: 'Evaluations of a CEL condition that failed, by the route that did not match.',
      labelNames: ['route'],
    })
    this.#accessRefusals = new Counter(registry, {
      name: 'fairlead_access_refusals_total',
      help: 'Calls that wanted what they may not use, by AccessPolicy, kind of resource and mode.',
      labelNames: ['policy', 'resource', 'mode'],
    })
    this.#accessConditionFailures = new Counter(registry, {
      name: 'fairlead_access_condition_failures_total',
      help: 'Evaluations of the CEL condition of an AccessPolicy that failed.',
      labelNames: ['policy'],
    })
    this.#targets = new Counter(registry, {
      name: 'fairlead_gateway_target_calls_total',
      help: 'Calls that a target was asked for, by route, target and class of status.',
      labelNames: ['route', 'target', 'status'],
    })
    this.#ownCalls = new Counter(registry, {
      name: 'fairlead_gateway_own_calls_total',
      help: 'Calls that the gateway made for itself, by purpose and outcome.',
      labelNames: ['purpose', 'outcome'],
    })
  }

  /**
   * Counts a request that was answered with `status`. `provider` is the `namespace/name` of the
   * provider, empty when none was reached.
   */
  countRequest(route: string, provider: string, status: number): void {
    const statusClass = Math.floor(status / 100)
    let counter = this.#requestCounters.get(route, provider, statusClass)
    if (counter === undefined) {
      counter = this.#requests.labels({ route, provider, status: `${statusClass}xx` })
      this.#requestCounters.set(route, provider, statusClass, counter)
    }
    counter.inc()
  }

  /** Counts a call that the gateway made for itself. */
  countOwnCall(purpose: string, succeeded: boolean): void {
    this.#ownCalls.labels({ purpose, outcome: succeeded ? 'Success' : 'Failed' }).inc()
  }

  /**
   * Counts what a caller may not use. `policy` is the `namespace/name` of an AccessPolicy, empty for
   * `spec.access` of a Consumer or of the gateway.
   */
  countAccessRefusal(policy: string, resource: string, mode: 'Enforce' | 'Shadow'): void {
    this.#accessRefusals.labels({ policy, resource, mode }).inc()
  }

  /** Counts a condition of an AccessPolicy that could not be evaluated. */
  countAccessConditionFailure(policy: string): void {
    this.#accessConditionFailures.labels({ policy }).inc()
  }

  /** Counts a condition of `route` that could not be evaluated. */
  countConditionFailure(route: string): void {
    this.#conditionFailures.labels({ route }).inc()
  }

  /** Counts a call that ended with `status` at a target, the last one that was asked. */
  countTarget(route: string, target: string, status: number): void {
    const statusClass = Math.floor(status / 100)
    let counter = this.#targetCounters.get(route, target, statusClass)
    if (counter === undefined) {
      counter = this.#targets.labels({ route, target, status: `${statusClass}xx` })
      this.#targetCounters.set(route, target, statusClass, counter)
    }
    counter.inc()
  }

  /**
   * The meters of calls by operation, provider (`namespace/name`), OpenTelemetry's name for its type, and
   * models.
   */
  metersOf(
    operation: Operation,
    provider: string,
    providerType: string,
    requestModel: string,
    responseModel: string,
  ): CallMeters {
    const known = this.#callMeters[operation]
    let meters = known.get(provider, providerType, requestModel, responseModel)
    if (meters === undefined) {
      meters = this.#createMeters(operation, provider, providerType, requestModel, responseModel)
      known.set(provider, providerType, requestModel, responseModel, meters)
    }
    return meters
  }

  #createMeters(
    operation: Operation,
    provider: string,
    providerType: string,
    requestModel: string,
    responseModel: string,
  ): CallMeters {
    const named = {
      provider,
      gen_ai_operation_name: operation,
      gen_ai_provider_name: providerType,
      gen_ai_request_model: requestModel,
      gen_ai_response_model: responseModel,
    }
    const input = this.#tokens.labels({ ...named, gen_ai_token_type: 'input' })
    const output = this.#tokens.labels({ ...named, gen_ai_token_type: 'output' })
    return {
      duration: this.#duration.labels(named),
      firstToken: this.#firstToken.labels(named),
      perOutputToken: this.#perOutputToken.labels(named),
      tokens(usage) {
        input.observe(usage.inputTokens)
        output.observe(usage.outputTokens)
      },
    }
  }
}
