// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/icons.h"

#include <QtCore/qfile.h>
#include <QtGui/qguiapplication.h>
#include <QtGui/qiconengine.h>
#include <QtGui/qpainter.h>
#include <QtGui/qpalette.h>
#include <QtSvg/qsvgrenderer.h>

using namespace Qt::StringLiterals;

static void initializeIcons()
{
    Q_INIT_RESOURCE(icons);
}

namespace views {

namespace {

class Engine final : public QIconEngine
{
public:
    Engine(QByteArray svg, QColor color)
        : m_svg(std::move(svg))
        , m_color(color)
    {
    }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const QPalette palette = QGuiApplication::palette();
        QColor color = m_color;
        if (!color.isValid() || mode == QIcon::Disabled)
            color = mode == QIcon::Disabled ? palette.color(QPalette::Disabled, QPalette::ButtonText)
                                            : palette.color(QPalette::Active, QPalette::WindowText);
        QByteArray svg = m_svg;
        svg.replace("currentColor", color.name().toLatin1());
        QSvgRenderer(svg).render(painter, rect);
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine *clone() const override { return new Engine(m_svg, m_color); }

private:
    QByteArray m_svg;
    QColor m_color;
};

} // namespace

QIcon icon(const QString &name, const QColor &color)
{
    initializeIcons();
    QFile file(u":/icons/"_s + name + u".svg"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QIcon(new Engine(file.readAll(), color));
}

QIcon icon(const QString &name)
{
    return icon(name, QColor());
}

} // namespace views
