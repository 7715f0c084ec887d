import type { Probe } from '../probe.ts'
import { creditCard } from './credit-card.ts'
import { email } from './email.ts'
import { iban } from './iban.ts'
import { ipAddress } from './ip-address.ts'
import { nationalIds } from './national-id.ts'
import { phoneNumber } from './phone-number.ts'
import { readingPlainCharacters } from './plain-characters.ts'
import { promptInjection, type Sensitivity } from './prompt-injection.ts'
import { secrets } from './secret.ts'
import { url } from './url.ts'

const plain = {
  Email: [email],
  PhoneNumber: [phoneNumber],
  CreditCard: [creditCard],
  IBAN: [iban],
  NationalId: nationalIds,
  IPAddress: [ipAddress],
  Secret: secrets,
  URL: [url],
} as const

export type DetectorName = keyof typeof plain | 'PromptInjection'

/** What finds one kind of thing. */
export function detectorProbes(name: DetectorName, sensitivity: Sensitivity): readonly Probe[] {
  return name === 'PromptInjection'
    ? promptInjection(sensitivity)
    : plain[name].map(readingPlainCharacters)
}
