import { expressionProbe, openByCharacters } from '../probe.ts'

/** A local part of at most 64 characters and a domain of at most 255, and what stands behind it. */
const reach = 64 + 1 + 255 + 2

/** Addresses of e-mail as people write them: the dot-atom of RFC 5322, section 3.4.1, letters of any script. */
export const email = expressionProbe(
  'Email',
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}-])/gu,
  {
    reach,
    openFrom: openByCharacters(/[^\s"'(),:;<>[\\\]]/, reach),
    isOne: (address) => address.length <= 64 + 1 + 255,
  },
)
