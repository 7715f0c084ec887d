import { Type } from 'typebox'
import { atomicList, choice, mapList, object, setList, text } from './schema/fields.ts'
import { duration, httpURL, itemName } from './schema/formats.ts'
import { secretReference } from './schema/references.ts'

const publicAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const

const claimName = (description: string, name: string) =>
  text(`${description} Parts of a path are separated by dots. Defaults to ${name}.`, {
    min: 1,
    max: 256,
    default: name,
  })

const consumers = (description: string, fallback: 'Match' | 'Any') =>
  choice(
    `${description} Match: a Consumer must exist, and a caller without one is refused; Any: a caller without a Consumer is served too, and may use what the gateway's namespace has and AccessPolicies leave. Defaults to ${fallback}.`,
    ['Match', 'Any'],
    { default: fallback },
  )

const keys = object(
  'Where the keys are that its signatures are verified with. Exactly one of them.',
  {
    discovery: Type.Optional(
      Type.Unsafe<true>({
        type: 'boolean',
        description:
          'They are where the document at /.well-known/openid-configuration below the issuer says.',
      }),
    ),
    jwksURL: Type.Optional(httpURL('Address of the JSON Web Key Set.')),
    secretRef: Type.Optional(
      secretReference('Secret that holds a JSON Web Key Set, or public keys in PEM.', {
        defaultKey: 'jwks',
      }),
    ),
  },
  {
    default: { discovery: true },
    rules: [
      {
        rule: '[has(self.discovery) && self.discovery, has(self.jwksURL), has(self.secretRef)].exists_one(given, given)',
        message: 'exactly one of discovery: true, jwksURL and secretRef must be given',
      },
    ],
  },
)

const issuer = object(
  'Who issues tokens that callers may send.',
  {
    name: itemName('Name of the issuer, unique within the gateway.'),
    issuer: httpURL('The issuer, exactly as in the claim iss of its tokens.'),
    audiences: setList(
      'Values of which the claim aud must have one.',
      text('An audience.', { min: 1, max: 512 }),
      { min: 1, max: 16 },
    ),
    keys,
    claims: object(
      'Which claims tell what of the caller.',
      {
        consumer: claimName(
          "Names the Consumer, of the gateway's namespace or as namespace/name.",
          'sub',
        ),
        groups: claimName(
          'Groups of the caller, beside those of its Consumer: a list, or one text separated by spaces.',
          'groups',
        ),
        endUser: claimName('The person for whom the caller acts.', 'sub'),
      },
      { default: {} },
    ),
    consumers: consumers('Whether a caller must have a Consumer.', 'Match'),
    requiredClaims: atomicList(
      'Claims that a token must have, all of them. Defaults to none.',
      object('A claim.', {
        name: text('Name of the claim; parts of a path are separated by dots.', {
          min: 1,
          max: 256,
        }),
        value: text('Value that it must have, or hold in its list.', { min: 1, max: 1024 }),
      }),
      { max: 16, default: [] },
    ),
    clockSkew: duration(
      'By how much the clock of the issuer may differ from that of the gateway. At most 10m. Defaults to 60s.',
      { default: '60s' },
    ),
    algorithms: setList(
      `Algorithms of signatures that are accepted. HS256, HS384 and HS512, whose key is a shared secret, only with keys.secretRef. Defaults to ${publicAlgorithms.join(', ')}.`,
      choice('An algorithm of JSON Web Algorithms.', [
        ...publicAlgorithms,
        'HS256',
        'HS384',
        'HS512',
      ]),
      { min: 1, max: 13, default: [...publicAlgorithms] },
    ),
  },
  {
    rules: [
      {
        rule: "self.algorithms.all(algorithm, !algorithm.startsWith('HS')) || has(self.keys.secretRef)",
        message: 'HS256, HS384 and HS512 go with keys.secretRef only: their key is a secret',
      },
    ],
  },
)

/** How callers prove who they are: fields of `LLMGateway.spec.auth`. */
export const authenticationFields = {
  methods: setList(
    'How callers may prove who they are. APIKey: a key of a Consumer; JWT: a token of an issuer in jwt; ServiceAccount: the token of a Kubernetes ServiceAccount; ClientCertificate: a certificate, on a listener with TLS. Defaults to APIKey.',
    choice('A method.', ['APIKey', 'JWT', 'ServiceAccount', 'ClientCertificate']),
    { min: 1, max: 4, default: ['APIKey'] },
  ),
  jwt: Type.Optional(
    mapList('Issuers of tokens, for method JWT.', ['name'], issuer, {
      min: 1,
      max: 16,
      rules: [
        {
          rule: 'self.all(a, self.exists_one(b, a.issuer == b.issuer))',
          message: 'two entries cannot have the same issuer',
        },
      ],
    }),
  ),
  serviceAccounts: Type.Optional(
    object('Tokens of Kubernetes ServiceAccounts, for method ServiceAccount.', {
      audiences: setList(
        "Audiences of which the token must have one. Defaults to those of the Kubernetes API, which a pod's own token has.",
        text('An audience.', { min: 1, max: 512 }),
        { max: 16, default: [] },
      ),
      consumers: consumers(
        'Whether some Consumer must have the ServiceAccount in spec.serviceAccounts.',
        'Match',
      ),
    }),
  ),
  clientCertificates: Type.Optional(
    object('Certificates of callers, for method ClientCertificate.', {
      consumer: choice(
        "What of the certificate names the Consumer, of the gateway's namespace or as namespace/name. CommonName: that of its subject; DNSName: its first DNS name; URI: its first URI, whose last two parts are namespace and name. Defaults to CommonName.",
        ['CommonName', 'DNSName', 'URI'],
        { default: 'CommonName' },
      ),
      consumers: consumers('Whether a caller must have a Consumer.', 'Match'),
    }),
  ),
}

/** Rules on `authenticationFields`. */
export const authenticationRules = [
  {
    rule: "('JWT' in self.methods) == has(self.jwt)",
    message: 'jwt goes with method JWT, and JWT needs it',
  },
  {
    rule: "!has(self.serviceAccounts) || 'ServiceAccount' in self.methods",
    message: 'serviceAccounts goes with method ServiceAccount',
  },
  {
    rule: "!has(self.clientCertificates) || 'ClientCertificate' in self.methods",
    message: 'clientCertificates goes with method ClientCertificate',
  },
]
