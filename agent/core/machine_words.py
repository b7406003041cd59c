"""Words that machines write about mail, for messages whose sender and headers are not known.

A hint, never a proof: people forward bounces and quote them. What is found here costs a reply and
nothing else. The words are those of the mail standards (RFC 5321 replies, RFC 3463 codes, RFC 3464
fields, RFC 5965 reports) and the set phrases of help desks; a parcel that "could not be delivered"
is no mail, so phrases that fit both name the mail.
"""

import re
from html import unescape

from agent.core.phrases import fold, listed

_MAX_EVIDENCE = 40  # characters
_MAX_HTML = 100_000  # characters: no letter is longer
_LOOKED_AT = 4_000  # characters: a bounce says what it is before it quotes the message

_MAIL_SERVERS = listed("""
mailer daemon | mail delivery system | mail delivery subsystem | mail delivery software
mail delivery agent | mail agent | mail transport system | mail transfer agent | mail system at host
mail server on | mail server said | mail router | content filter
delivery status notification* | non delivery report | nondelivery report | non delivery notification
delivery report | delivery status | delivery notification | reporting mta | remote mta
final recipient | original recipient | diagnostic code | action: failed | status: 5 | smtp error*
smtp code | transcript of session | session transcript | failure reason* | delivery problems
permanent fatal errors | permanent error* | fatal error* | transient error* | transient ~ fatal
returned message | returned mail | original message was received | original message headers
message headers follow | non delivered information | dns lookup failure | mail loop | hop count
too many hops | relay* denied | relaying denied | relay access denied | remote server returned
remote host said | remote server | host said | permanent failure | delivery failure
message returned | message was returned | message undeliverable | undeliverable message
undeliverable mail | undelivered mail | undelivered message | delayed mail
delivery has failed to | delivery to the following | delivery temporarily suspended
delivery failed | failed to deliver | deliver your message | deliver your mail | deliver your email
delivering your mail | delivering your message | delivering the message | deliver the message
deliver the mail | deliver this message | deliver mail to | deliver a message | deliver message
message could not be delivered | message couldn't be delivered | mail could not be delivered
email could not be delivered | e mail could not be delivered | message was not delivered
message has not been delivered | message not delivered | message wasn't delivered
message cannot be delivered | message can not be delivered | mail cannot be delivered
message ~ could not be delivered | message ~ couldn't be delivered | message ~ was not delivered
message ~ cannot be delivered | message ~ not be delivered | message ~ been delivered
mail ~ could not be delivered | mail ~ couldn't be delivered
could not be delivered to | could not be delivered for | couldn't be delivered to | not delivered to
not be delivered to | was not relayed | rejected your message | message was rejected
message has been rejected | message was blocked | message ~ rejected | mail ~ rejected
unsolicited bulk | your message to | was undeliverable
""")
_ADDRESSES = listed("""
user unknown | unknown user | no such user | unknown recipient | recipient unknown
no such recipient | user not found | user doesn't exist | user does not exist
invalid recipient | recipient not found
unknown address | address unknown | host unknown | unknown host | host not found | domain not found
mailbox full | mailbox is full | mailbox unavailable | mailbox not found | mailbox ~ full
mailbox ~ exceeded | mailbox does not exist | no mailbox | mailbox ~ disabled | invalid mailbox
over quota | quota exceeded | exceeded ~ quota | exceeds ~ quota | storage quota | over ~ quota
recipient address rejected | address rejected | recipient rejected | sender rejected
sender address rejected | unrouteable address | unroutable address | unrouteable mail domain
does not have an account | not listed in ~ directory | not listed in public | account ~ disabled
recipient's mailbox | following address* failed | following recipient* | affected recipient*
invalid address | bad destination | address ~ not found
""")
_REPORTS = listed("""
email abuse report | abuse report | abuse complaint | abusive behavior | feedback report
feedback loop | complaint about message | authentication failure report | failure report
dmarc report | dmarc policy | opt out report | spam report | mail sent this email to unsubscribe
""")
_RECEIPTS = listed("""
read receipt | return receipt | was read on | message was displayed | was displayed on
was deleted without being read | lesebestatigung | accuse de lecture | confirmacion de lectura
has accepted this invitation | has accepted your invitation | has declined this invitation
has declined your invitation | tentatively accepted | begin:vcalendar
you have been invited to the following
hat ~ einladung ~ angenommen | hat ~ einladung ~ abgelehnt | hat den termin
a accepte ~ invitation | ha aceptado ~ invitacion
that you are human | you are a human
to release your message | to have your message delivered | spam protection | approved sender*
""")
_HELP_DESKS = listed("""
your request has been received | we have received your request | we have received your message
we have received your email | we received your request | we received your message
we received your email | has been received and | ticket has been created | ticket has been opened
case has been created | ticket id
request ~ is being reviewed | do not reply to this | do not respond to this | please do not reply
replies to this ~ not | this mailbox is not | this inbox is not | this address is not monitored
is not monitored | sent automatically | automatically generated | auto generated | autogenerated
automatic notification | no longer works here | no longer works for | is no longer with the company
wir haben ihre anfrage erhalten | wir haben ihre nachricht erhalten | ihre anfrage ist ~ eingegangen
nicht auf diese | automatisch generiert* | automatisch erstellt*
eingangsbestatigung
nous avons bien recu votre | votre demande a bien ete | ne pas repondre a ce
genere automatiquement | envoye automatiquement
hemos recibido su | hemos recibido tu | no responda a este
generado automaticamente | mensaje automatico | abbiamo ricevuto la
non rispondere a questa | risposta automatica | generato automaticamente | recebemos a sua
resposta automatica | nao responda a este | gerado automaticamente | automatisch gegenereerd
automatisch bericht | niet beantwoorden | wij hebben uw ~ ontvangen | we hebben uw ~ ontvangen
automatiskt svar | automatisk svar | odpowiedz automatyczna | wiadomosc wygenerowana automatycznie
otomatik yanit | automaattinen vastaus | automaticka odpoved
تم استلام رسالتك | تم استلام طلبك | פנייתך התקבלה | הודעתך התקבלה
*自動返信* | *自動応答* | *自动回复* | *自動回覆* | 자동 응답
자동응답 | автоматический ответ | автоответ
""")
_BULK = listed("""
unsubscribe from this | unsubscribe from these | to unsubscribe | unsubscribe:
click here to unsubscribe | unsubscribe here
manage your preferences | manage preferences | email preferences | update your preferences
view in browser | view this email | view online | read online
you are receiving this | you're receiving this | you received this email because
abmelden | im browser ansehen | newsletter abbestellen | se desabonner | se desinscrire
voir dans le navigateur | darse de baja | ver en el navegador | cancellati | annulla iscrizione
uitschrijven | afmelden | cancelar ~ inscricao
""")
_UNDELIVERED = listed("""
nachricht ~ nicht zugestellt | nicht zustellbar
unzustellbar* | e mail ~ nicht zugestellt | n'a pas pu etre remis | non remis
message ~ pas ete remis
no se pudo entregar el mensaje | mensaje ~ no se ha podido entregar | mensaje ~ no ~ entregado
non e stato possibile recapitare | impossibile recapitare | nao foi possivel entregar
*配信できません* | *配達できません* | *送信できません* | *無法送達* | *无法投递*
доставить сообщение
""")
# "550 5.1.1 …", "554 IP=…", "(#5.1.1)", "smtp; 550": no shop and no customer writes these.
_CODES = re.compile(
    r"(?<![\d.])(?:[45]\d\d[ -]#?[45]\.\d\.\d{1,3}|\(?#[45]\.\d\.\d{1,3}\)?|smtp;\s*[45]\d\d"
    r"|(?:status|error|code|said|reason)\W{0,4}[45]\d\d\b|5[05]\d[ -](?:sorry|user|unknown|no |mail"
    r"|invalid|relay|requested|recipient|address|message|host|access|permanent|<)"
    r"|status:\s*[45]\.\d\.\d)"
)
_TAGS = re.compile(r"<(style|script|head)\b.*?</\1\s*>|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_BY_SERVERS = (_MAIL_SERVERS, _ADDRESSES, _UNDELIVERED)
_TO_PEOPLE = (_REPORTS, _RECEIPTS, _HELP_DESKS, _BULK)


def machine_words(text: str) -> str | None:
    """Words of a mail server, a help desk or a newsletter, at most 40 characters; or None.

    Text that holds HTML is read without its tags.
    """
    folded = fold((readable(text) if "<" in text else text)[:_LOOKED_AT])
    code = _CODES.search(folded)
    if code:
        return code.group()[:_MAX_EVIDENCE]
    # People ask, also about the newsletter they got; machines that write to people do not.
    lists = _BY_SERVERS if "?" in folded else (*_BY_SERVERS, *_TO_PEOPLE)
    return next((words for each in lists if (words := each.find(folded))), None)


def readable(html: str) -> str:
    """The words of HTML."""
    return " ".join(unescape(_TAGS.sub(" ", html[:_MAX_HTML])).split())
