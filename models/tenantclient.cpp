// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tenantclient.h"

#include "models/shellwords.h"
#include "service/core/json.h"
#include "service/core/jsonwriter.h"

#include <QtNetwork/qnetworkaccessmanager.h>
#include <QtNetwork/qnetworkproxy.h>
#include <QtNetwork/qnetworkreply.h>
#include <QtNetwork/qnetworkrequest.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr qsizetype MostBody = 16 * 1024 * 1024; // a page of a list has far less

constexpr int Indent = 2;

// In the order of the text, which is the server's, and with nothing rounded.
void appendPretty(QByteArray &out, const json::Value &value, int depth)
{
    const auto line = [&](int at) { out += '\n' + QByteArray(at * Indent, ' '); };
    if (const json::Object *object = value.object(); object && !object->empty()) {
        out += '{';
        for (const json::Member &member : *object) {
            line(depth + 1);
            json::appendString(out, member.name);
            out += ": ";
            appendPretty(out, member.value, depth + 1);
            out += ',';
        }
        out.chop(1);
        line(depth);
        out += '}';
    } else if (const json::Array *array = value.array(); array && !array->empty()) {
        out += '[';
        for (const json::Value &element : *array) {
            line(depth + 1);
            appendPretty(out, element, depth + 1);
            out += ',';
        }
        out.chop(1);
        line(depth);
        out += ']';
    } else if (value.object() || value.array()) {
        out += value.object() ? "{}" : "[]";
    } else if (const QByteArray *text = value.string()) {
        json::appendString(out, *text);
    } else if (const json::Number *number = value.number()) {
        out += number->text;
    } else {
        out += value.boolean() ? (*value.boolean() ? "true" : "false") : "null";
    }
}

QUrl urlOf(const QUrl &server, const QByteArray &target)
{
    return QUrl::fromEncoded(server.toEncoded(QUrl::StripTrailingSlash) + target, QUrl::StrictMode);
}

HttpAnswer answerOf(QNetworkReply *reply)
{
    HttpAnswer answer;
    answer.status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const bool cut = reply->error() == QNetworkReply::OperationCanceledError
        || reply->error() == QNetworkReply::RemoteHostClosedError || reply->error() == QNetworkReply::TimeoutError;
    if (answer.status == 0 || cut) {
        answer.status = 0;
        answer.failure = reply->error() == QNetworkReply::OperationCanceledError ? TenantClient::tr("no answer in time")
                                                                                 : reply->errorString();
        return answer;
    }
    answer.reason = reply->attribute(QNetworkRequest::HttpReasonPhraseAttribute).toByteArray();
    for (const auto &pair : reply->rawHeaderPairs())
        answer.headers.append(pair);
    answer.body = reply->read(MostBody);
    return answer;
}

} // namespace

QString HttpRequest::curl(const QUrl &server) const
{
    QStringList parts{u"curl -si -w '\\n'"_s}; // an answer ends without one, and the next would go on in its line
    if (method != "GET")
        parts.last() += " -X "_L1 + QString::fromLatin1(method);
    if (shellTarget.isEmpty())
        parts.last() += u' ' + shellQuoted(QString::fromLatin1(urlOf(server, target).toEncoded()));
    else
        parts.last() +=
            " \""_L1 + QString::fromLatin1(urlOf(server, {}).toEncoded()) + QString::fromLatin1(shellTarget) + u'"';
    if (!token.isEmpty())
        parts.append("-H \"Authorization: Bearer $"_L1 + QString::fromLatin1(tokenName) + u'"');
    if (!body.isEmpty()) {
        parts.append(u"-H 'Content-Type: application/json'"_s);
        parts.append("-d "_L1 + shellQuoted(QString::fromUtf8(body)));
    }
    const QString command = parts.join(" \\\n  "_L1);
    if (keptAs.isEmpty())
        return command;
    return u"ANSWER=$(%1)\nprintf '%s\\n' \"$ANSWER\"\n"
           "%2=$(printf '%s' \"$ANSWER\" | sed -n 's/.*\"vm_id\": *\"\\([^\"]*\\)\".*/\\1/p')"_s.arg(
               command, QString::fromLatin1(keptAs));
}

QByteArray HttpAnswer::header(QByteArrayView name) const
{
    for (const auto &[key, value] : headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

QString prettyJson(const QByteArray &body)
{
    const auto value = json::parse(body);
    if (!value)
        return QString::fromUtf8(body);
    QByteArray text;
    appendPretty(text, *value, 0);
    return QString::fromUtf8(text);
}

TenantClient::TenantClient(QUrl server, QObject *parent)
    : QObject(parent)
    , m_server(std::move(server))
    , m_network(new QNetworkAccessManager(this))
{
    m_network->setProxy(QNetworkProxy::NoProxy); // the token is for this machine's server and nobody between
    m_network->setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
    setTimeout(std::chrono::seconds(15));
}

void TenantClient::setTimeout(std::chrono::milliseconds timeout)
{
    m_network->setTransferTimeout(timeout);
}

void TenantClient::send(const HttpRequest &request, QObject *context, Handler handler)
{
    QNetworkRequest sent(urlOf(m_server, request.target));
    sent.setHeader(QNetworkRequest::UserAgentHeader, u"tenant-console"_s);
    sent.setRawHeader("Accept", "application/json, application/problem+json");
    sent.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    // Cookies and cached answers have no place between two that talk with tokens.
    sent.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    sent.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    if (!request.token.isEmpty())
        sent.setRawHeader("Authorization", "Bearer " + request.token);
    if (!request.idempotencyKey.isEmpty())
        sent.setRawHeader("Idempotency-Key", request.idempotencyKey);
    if (!request.body.isEmpty())
        sent.setHeader(QNetworkRequest::ContentTypeHeader, "application/json"_ba);
    QNetworkReply *reply = m_network->sendCustomRequest(sent, request.method, request.body);
    connect(reply, &QNetworkReply::finished, reply, &QObject::deleteLater);
    connect(
        reply, &QNetworkReply::finished, context, [reply, handler = std::move(handler)] { handler(answerOf(reply)); });
}

} // namespace models
