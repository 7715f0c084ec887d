import type { FailureRow } from '../../errors/failure-table.ts'

const documented =
  'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors'
const common = 'https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html'

/**
 * What errors of Bedrock mean, by AWS's names of them, in lower case. The name counts more than the
 * status: a stream has only the name.
 */
export const failures: readonly FailureRow[] = [
  {
    codes: ['accessdeniedexception', 'validationexception', 'resourcenotfoundexception'],
    words:
      /access to the model|model identifier is invalid|on-demand throughput isn.t supported|model (?:version )?(?:is )?(?:legacy|end of (?:its )?life)/i,
    failure: 'ModelUnavailable',
    source: 'https://repost.aws/knowledge-center/bedrock-access-denied-error',
  },
  {
    codes: ['validationexception'],
    words: /content filter|blocked by (?:our )?(?:content|safety)/i,
    failure: 'ContentRefused',
    source: 'observed: a ValidationException whose message alone tells',
  },
  {
    codes: ['expiredtokenexception', 'expiredtoken', 'requestexpired'],
    failure: 'CredentialExpired',
    source: common,
  },
  {
    codes: [
      'accessdeniedexception',
      'incompletesignature',
      'invalidclienttokenid',
      'invalidsignatureexception',
      'missingauthenticationtokenexception',
      'notauthorized',
      'optinrequired',
      'unrecognizedclientexception',
    ],
    failure: 'CredentialRefused',
    source: common,
  },
  { codes: ['resourcenotfoundexception'], failure: 'ModelUnavailable', source: documented },
  {
    codes: ['throttlingexception', 'servicequotaexceededexception', 'toomanyrequestsexception'],
    failure: 'RateLimited',
    source: documented,
  },
  {
    codes: ['modelnotreadyexception', 'serviceunavailableexception', 'serviceunavailable'],
    failure: 'Overloaded',
    source: documented,
  },
  { codes: ['modeltimeoutexception'], failure: 'Timeout', source: documented },
  {
    codes: [
      'internalserverexception',
      'internalfailure',
      'modelerrorexception',
      'modelstreamerrorexception',
    ],
    failure: 'ServerError',
    source: documented,
  },
  {
    codes: ['validationexception', 'validationerror', 'conflictexception'],
    failure: 'InvalidRequest',
    source: documented,
  },
]
