/** The answer of `POST /v1/route`: where a call would go now, and why. */
export interface RouteExplanation {
  readonly object: 'route'
  readonly model: string
  /** `namespace/name` of the caller's Consumer; null without a key. */
  readonly consumer: string | null
  /** Estimated, as rules and targets see it. */
  readonly input_tokens: number
  /** What the call asks of a model, such as `Tools`. */
  readonly features: readonly string[]
  /** The rules that are tried before the one that matches, in their order; 1,000 at most. */
  readonly rules: readonly { readonly route: string; readonly reason: string }[]
  readonly more_rules: number
  /** `policy/rule`, `default` for the gateway's default providers, null if there is neither. */
  readonly route: string | null
  /** Null without a rule. */
  readonly strategy: string | null
  /** Null where the rule has no stickiness. */
  readonly sticky: {
    readonly by: string
    readonly header?: string
    /** A digest of what the call has in common with others; null if it has nothing. */
    readonly key: string | null
  } | null
  /** In the order in which they are tried. */
  readonly targets: readonly ExplainedTarget[]
  /** Those that cannot answer the call. */
  readonly passed_over: readonly (NamedTarget & { readonly reason: string })[]
  /** `AccessPolicy namespace/name`, or `spec.access` of the Consumer or gateway; null if the caller may call. */
  readonly refused_by: string | null
  readonly mirror: (NamedTarget & { readonly percent: number }) | null
  /** The error that the call would get before any provider is asked. */
  readonly error: {
    readonly status: number
    readonly code: string
    readonly message: string
  } | null
}

/** A target by its names. */
export interface NamedTarget {
  readonly target: string
  /** `namespace/name`. */
  readonly provider: string
  /** The model requested from the provider. */
  readonly model: string
}

/** A target with what decides on its place. Measured by the process that answers. */
export interface ExplainedTarget extends NamedTarget {
  readonly weight: number
  readonly health: string
  /** 0 if it is not passed over for now. */
  readonly available_in_ms: number
  readonly in_flight: number
  /** Until recent answers could be passed on; null if none is known. */
  readonly latency_ms: number | null
  /** What is left of the provider's own limits, from 0 to 1; null if it has told nothing lately. */
  readonly quota_remaining: number | null
  /** What decides on whether it can answer; null where nothing is known of its model. */
  readonly model_facts: ExplainedFacts | null
  /** US dollars per million tokens, with the markup; null where none is known. */
  readonly price: {
    readonly input_per_million: string | null
    readonly output_per_million: string | null
    /** `PriceBook`, `LLMProvider` or `Catalogue`. */
    readonly source: string
  } | null
  /** What would be left out or reach it in another way, as in `x-fairlead-adapted`; null for nothing. */
  readonly adapted: string | null
  /** What this call would cost in US dollars; null if unknown. */
  readonly cost: number | null
}

/** What is known of a model. */
interface ExplainedFacts {
  readonly context_window: number | null
  readonly max_output_tokens: number | null
  /** Null where it may be able to do everything. */
  readonly capabilities: readonly string[] | null
  /** The fields of LLMProvider `spec.models[]` that the catalogue gave, not the resource. */
  readonly from_catalogue: readonly string[]
}
