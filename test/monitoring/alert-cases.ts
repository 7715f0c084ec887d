/** Series of Prometheus with one value a minute, in promtool's notation. */
type Series = readonly (readonly [series: string, values: string])[]

/** When an alert fires, what it says, and something like it that it is silent about. */
interface AlertCase {
  readonly alert: string
  readonly fires: {
    readonly series: Series
    /** Minutes after the first value. */
    readonly atMinutes: number
    /** Those of the alert, besides its severity. */
    readonly labels: Readonly<Record<string, string>>
    readonly description: string
  }
  readonly silent: { readonly about: string; readonly series: Series; readonly atMinutes: number }
}

const at = 'namespace="llm",job="llm/edge"'
const replica = `${at},instance="10.0.0.1:9464"`
const other = `${at},instance="10.0.0.2:9464"`
const where = { namespace: 'llm', job: 'llm/edge' }
const operator = 'namespace="system",job="operator",instance="10.0.1.1:9464"'
const standby = 'namespace="system",job="operator",instance="10.0.1.2:9464"'
const ofOperator = { namespace: 'system', job: 'operator' }
const dayS = 86_400

/** For `minutes`, the part of observations that are at most each bound; grows by 10 a minute. */
function histogram(name: string, labels: string, cumulative: Readonly<Record<string, number>>) {
  return Object.entries(cumulative).map(
    ([bound, share]) => [`${name}_bucket{${labels},le="${bound}"}`, `0+${share * 10}x40`] as const,
  )
}

/** One case for each alert of the chart. */
export const alertCases: readonly AlertCase[] = [
  {
    alert: 'FairleadErrors',
    fires: {
      series: [
        [`fairlead_gateway_requests_total{${replica},status="2xx"}`, '0+9x30'],
        [`fairlead_gateway_requests_total{${other},status="5xx"}`, '0+1x30'],
      ],
      atMinutes: 20,
      labels: where,
      description: '10% of the calls to llm/edge failed in the last 10 minutes.',
    },
    silent: {
      about: 'callers’ own mistakes, and one failure of few calls',
      series: [
        [`fairlead_gateway_requests_total{${replica},status="4xx"}`, '0+9x30'],
        [`fairlead_gateway_requests_total{namespace="idle",job="idle",status="5xx"}`, '0+1x30'],
      ],
      atMinutes: 20,
    },
  },
  {
    alert: 'FairleadSlowFirstToken',
    fires: {
      series: histogram(
        'gen_ai_server_time_to_first_token',
        `${replica},provider="default/openai"`,
        { '5': 0.5, '7.5': 0.6, '10': 1, '+Inf': 1 },
      ),
      atMinutes: 35,
      labels: { ...where, provider: 'default/openai' },
      description:
        'Of the calls that default/openai answers on llm/edge, one in 20 waits 9.688s or longer for the first token.',
    },
    silent: {
      about: 'one slow call in 50',
      series: histogram(
        'gen_ai_server_time_to_first_token',
        `${replica},provider="default/openai"`,
        { '5': 0.98, '7.5': 0.98, '10': 1, '+Inf': 1 },
      ),
      atMinutes: 35,
    },
  },
  {
    alert: 'FairleadGatewaySlow',
    fires: {
      series: histogram('fairlead_gateway_overhead_seconds', replica, {
        '0.1': 0.9,
        '0.25': 1,
        '+Inf': 1,
      }),
      atMinutes: 35,
      labels: where,
      description:
        'One in 100 calls to llm/edge spends 235ms or longer in the gateway, besides what its provider takes.',
    },
    silent: {
      about: 'what a gateway usually takes',
      series: histogram('fairlead_gateway_overhead_seconds', replica, {
        '0.001': 0.9,
        '0.1': 1,
        '+Inf': 1,
      }),
      atMinutes: 35,
    },
  },
  {
    alert: 'FairleadWorkersRestarting',
    fires: {
      series: [[`fairlead_gateway_worker_restarts_total{${replica}}`, '0x5 1x5 2x5 3x20']],
      atMinutes: 30,
      labels: where,
      description:
        '3 worker processes of llm/edge have died or hung in the last 30 minutes. The calls that they answered were cut off, and their turns are incomplete.',
    },
    silent: {
      about: 'one that died',
      series: [[`fairlead_gateway_worker_restarts_total{${replica}}`, '0x5 1x30']],
      atMinutes: 30,
    },
  },
  {
    alert: 'FairleadEvidenceLost',
    fires: {
      series: [
        [`fairlead_log_lines_dropped_total{${replica}}`, '0x60'],
        [`fairlead_trace_spans_dropped_total{${replica},reason="Unreachable"}`, '0+3x60'],
      ],
      atMinutes: 40,
      labels: where,
      description:
        'llm/edge has dropped 45 log lines or spans in the last 15 minutes, because nobody took them fast enough.',
    },
    silent: {
      about: 'lines that were dropped once',
      series: [[`fairlead_log_lines_dropped_total{${replica}}`, '0x3 100x60']],
      atMinutes: 40,
    },
  },
  {
    alert: 'FairleadProviderDown',
    fires: {
      series: [
        [`fairlead_provider_health{${replica},provider="a/b",state="Healthy"}`, '0x20'],
        [`fairlead_provider_health{${replica},provider="a/b",state="Unreachable"}`, '2x20'],
      ],
      atMinutes: 6,
      labels: { ...where, provider: 'a/b' },
      description:
        'a/b has not answered llm/edge for 5 minutes. Calls go to other targets where their routes have some.',
    },
    silent: {
      about: 'a provider that another replica reaches',
      series: [
        [`fairlead_provider_health{${replica},provider="a/b",state="Unreachable"}`, '2x20'],
        [`fairlead_provider_health{${other},provider="a/b",state="Healthy"}`, '1x20'],
      ],
      atMinutes: 15,
    },
  },
  {
    alert: 'FairleadCredentialsRefused',
    fires: {
      series: [
        [`fairlead_provider_health{${replica},provider="a/b",state="Healthy"}`, '0x20'],
        [`fairlead_provider_health{${replica},provider="a/b",state="Unauthorized"}`, '1x20'],
      ],
      atMinutes: 6,
      labels: { ...where, provider: 'a/b' },
      description: 'a/b refuses every key that llm/edge has for it.',
    },
    silent: {
      about: 'a key that was replaced within 5 minutes',
      series: [
        [`fairlead_provider_health{${replica},provider="a/b",state="Unauthorized"}`, '1x3 0x20'],
      ],
      atMinutes: 6,
    },
  },
  {
    alert: 'FairleadUnpricedModel',
    fires: {
      series: [
        [`fairlead_unpriced_calls_total{${replica},provider="a/b",model="new"}`, '_x5 2 4x30'],
      ],
      atMinutes: 20,
      labels: { ...where, provider: 'a/b', model: 'new' },
      description:
        '4 calls of model new at a/b in the last hour have no known price, and count in no budget.',
    },
    silent: {
      about: 'calls of hours ago',
      series: [
        [`fairlead_unpriced_calls_total{${replica},provider="a/b",model="new"}`, '_x5 2 4x120'],
      ],
      atMinutes: 90,
    },
  },
  {
    alert: 'FairleadBudgetNearlyUsed',
    fires: {
      series: [
        [
          `fairlead_usage_threshold_crossed_total{${replica},policy="a/team",limit="month",percent="80"}`,
          '_x10 1x30',
        ],
      ],
      atMinutes: 12,
      labels: { ...where, policy: 'a/team', limit: 'month', percent: '80' },
      description: '80 % of limit month of UsagePolicy a/team is used.',
    },
    silent: {
      about: 'what it has told of before',
      series: [
        [
          `fairlead_usage_threshold_crossed_total{${replica},policy="a/team",limit="month",percent="80"}`,
          '_x10 1x30',
        ],
      ],
      atMinutes: 30,
    },
  },
  {
    alert: 'FairleadUsageStoreUnavailable',
    fires: {
      series: [
        [
          `fairlead_usage_refusals_total{${replica},policy="a/team",limit="month",reason="StoreUnavailable"}`,
          '0+5x30',
        ],
      ],
      atMinutes: 10,
      labels: { ...where, policy: 'a/team' },
      description:
        'llm/edge cannot count calls for UsagePolicy a/team, and refuses them or lets them through uncounted, as its onStoreFailure says.',
    },
    silent: {
      about: 'calls that a limit refuses',
      series: [
        [
          `fairlead_usage_refusals_total{${replica},policy="a/team",limit="month",reason="Refused"}`,
          '0+5x30',
        ],
      ],
      atMinutes: 10,
    },
  },
  {
    alert: 'FairleadConversationStoreDown',
    fires: {
      series: [
        [`fairlead_conversation_store_up{${replica},store="a/chats"}`, '1x30'],
        [`fairlead_conversation_store_up{${other},store="a/chats"}`, '1x3 0x30'],
      ],
      atMinutes: 10,
      labels: { ...where, store: 'a/chats' },
      description:
        'ConversationStore a/chats does not work for llm/edge: calls in conversations are refused with 503.',
    },
    silent: {
      about: 'a moment',
      series: [[`fairlead_conversation_store_up{${replica},store="a/chats"}`, '1x3 0 1x30']],
      atMinutes: 10,
    },
  },
  {
    alert: 'FairleadTurnsLost',
    fires: {
      series: [
        [
          `fairlead_conversation_turns_total{${replica},store="a/chats",outcome="unstored"}`,
          '_x10 3x30',
        ],
        // A replica that has gone, with more than that.
        [
          `fairlead_conversation_turns_total{${other},store="a/chats",outcome="unstored"}`,
          '7x9 stale _x30',
        ],
      ],
      atMinutes: 12,
      labels: { ...where, store: 'a/chats' },
      description:
        'ConversationStore a/chats did not take the end of 3 turns in the last 15 minutes: what the model answered may be lost.',
    },
    silent: {
      about: 'turns that failed and were stored so, and old losses behind a gap',
      series: [
        [
          `fairlead_conversation_turns_total{${other},store="a/chats",outcome="unstored"}`,
          '2x70 _x8 2x30',
        ],
        [
          `fairlead_conversation_turns_total{${replica},store="a/chats",outcome="failed"}`,
          '_x75 3x30',
        ],
      ],
      atMinutes: 92,
    },
  },
  {
    alert: 'FairleadTurnsIncomplete',
    fires: {
      series: [
        [
          `fairlead_conversation_turns_total{${replica},store="a/chats",outcome="completed"}`,
          '0+9x40',
        ],
        [
          `fairlead_conversation_turns_total{${replica},store="a/chats",outcome="incomplete"}`,
          '0+1x40',
        ],
      ],
      atMinutes: 25,
      labels: { ...where, store: 'a/chats' },
      description:
        '10% of the turns in ConversationStore a/chats ended incomplete in the last 15 minutes.',
    },
    silent: {
      about: 'turns that callers have stopped',
      series: [
        [
          `fairlead_conversation_turns_total{${replica},store="a/chats",outcome="completed"}`,
          '0+9x40',
        ],
        [
          `fairlead_conversation_turns_total{${replica},store="a/chats",outcome="cancelled"}`,
          '0+1x40',
        ],
      ],
      atMinutes: 25,
    },
  },
  {
    alert: 'FairleadNotProgrammed',
    fires: {
      series: [
        [
          `fairlead_resource_conditions{${operator},kind="LLMGateway",condition="Programmed",status="False"}`,
          '2x30',
        ],
        [
          `fairlead_resource_conditions{${standby},kind="LLMGateway",condition="Programmed",status="False"}`,
          '2x30',
        ],
      ],
      atMinutes: 12,
      labels: { condition: 'Programmed' },
      description: '2 LLMGateways have not been Programmed for 10 minutes.',
    },
    silent: {
      about: 'a rollout',
      series: [
        [
          `fairlead_resource_conditions{${operator},kind="LLMGateway",condition="Programmed",status="False"}`,
          '1x5 0x30',
        ],
        [
          `fairlead_resource_conditions{${operator},kind="LLMGateway",condition="Programmed",status="True"}`,
          '2x40',
        ],
      ],
      atMinutes: 12,
    },
  },
  {
    alert: 'FairleadConfigurationRefused',
    fires: {
      series: [
        [
          `fairlead_resource_conditions{${operator},kind="RoutingPolicy",condition="ResolvedRefs",status="False"}`,
          '1x30',
        ],
      ],
      atMinutes: 20,
      labels: { kind: 'RoutingPolicy', condition: 'ResolvedRefs' },
      description:
        '1 resources of kind RoutingPolicy are not ResolvedRefs, and do nothing, or not all that they say.',
    },
    silent: {
      about: 'a policy in shadow mode',
      series: [
        [
          `fairlead_resource_conditions{${operator},kind="UsagePolicy",condition="Enforced",status="False"}`,
          '1x30',
        ],
      ],
      atMinutes: 20,
    },
  },
  {
    alert: 'FairleadVersionSkew',
    fires: {
      series: [
        [`fairlead_build_info{${replica},version="0.1.0",node="24"}`, '1x90'],
        [`fairlead_build_info{${operator},version="0.2.0",node="24"}`, '1x90'],
      ],
      atMinutes: 70,
      labels: {},
      description: '2 versions of Fairlead have been running side by side for an hour.',
    },
    silent: {
      about: 'an upgrade',
      series: [
        [`fairlead_build_info{${replica},version="0.1.0",node="24"}`, '1x20 stale'],
        [`fairlead_build_info{${operator},version="0.2.0",node="24"}`, '1x90'],
      ],
      atMinutes: 70,
    },
  },
  {
    alert: 'FairleadCertificateExpiring',
    fires: {
      series: [
        [
          `fairlead_gateway_certificate_expiry_timestamp_seconds{${replica}}`,
          `${3 * dayS + 20 * 60}x30`,
        ],
      ],
      atMinutes: 20,
      labels: where,
      description: 'The certificate that llm/edge shows its callers ends in 3d 0h 0m 0s.',
    },
    silent: {
      about: 'one that is valid for a month',
      series: [
        [`fairlead_gateway_certificate_expiry_timestamp_seconds{${replica}}`, `${30 * dayS}x30`],
      ],
      atMinutes: 20,
    },
  },
  {
    alert: 'FairleadOperatorWithoutLeader',
    fires: {
      series: [
        [`leader_election_master_status{${operator},name="fairlead-operator"}`, '1x10 stale _x30'],
        [`leader_election_master_status{${standby},name="fairlead-operator"}`, '0x40'],
      ],
      atMinutes: 20,
      labels: ofOperator,
      description:
        'No replica of operator leads: gateways go on with what they have, and no change takes effect on what the operator runs or says.',
    },
    silent: {
      about: 'a change of the leader',
      series: [
        [`leader_election_master_status{${operator},name="fairlead-operator"}`, '1x10 stale _x30'],
        [`leader_election_master_status{${standby},name="fairlead-operator"}`, '0x12 1x30'],
      ],
      atMinutes: 20,
    },
  },
  {
    alert: 'FairleadReconcileErrors',
    fires: {
      series: [
        [`fairlead_build_info{${operator},version="0.1.0",node="24"}`, '1x40'],
        [
          `controller_runtime_reconcile_errors_total{${operator},controller="llmgateway"}`,
          '0+1x40',
        ],
      ],
      atMinutes: 35,
      labels: { ...ofOperator, controller: 'llmgateway' },
      description:
        'Controller llmgateway of operator has failed 30 times in the last 30 minutes, and tries again.',
    },
    silent: {
      about: 'an operator of somebody else',
      series: [
        [
          `controller_runtime_reconcile_errors_total{${operator},controller="llmgateway"}`,
          '0+1x40',
        ],
      ],
      atMinutes: 35,
    },
  },
  {
    alert: 'FairleadWebhookCertificateExpiring',
    fires: {
      series: [
        [`fairlead_build_info{${operator},version="0.1.0",node="24"}`, '1x40'],
        [
          `controller_runtime_webhook_certificate_expiration_timestamp_seconds{${operator},certificate="serving"}`,
          `${2 * dayS + 20 * 60}x40`,
        ],
      ],
      atMinutes: 20,
      labels: { ...ofOperator, certificate: 'serving' },
      description:
        'The serving certificate of the webhooks of operator ends in 2d 0h 0m 0s, and should have been renewed long ago.',
    },
    silent: {
      about: 'one that was just renewed',
      series: [
        [`fairlead_build_info{${operator},version="0.1.0",node="24"}`, '1x40'],
        [
          `controller_runtime_webhook_certificate_expiration_timestamp_seconds{${operator},certificate="serving"}`,
          `${90 * dayS}x40`,
        ],
      ],
      atMinutes: 20,
    },
  },
]
